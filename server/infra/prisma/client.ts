import { PrismaPg } from '@prisma/adapter-pg';
import { type Prisma, PrismaClient } from './generated/client.ts';

/** Prisma over its own small pool. Features' `*.repo.ts` files are the only ones to use it. */
export type Db = PrismaClient;

declare const insideTransaction: unique symbol;

/** A client inside a transaction; a plain `Db` is not one, so what needs a Tx cannot run without. */
export type Tx = Prisma.TransactionClient & { readonly [insideTransaction]: true };

export type PrismaPoolOptions = {
  /** Most connections at once. */
  max: number;
  /** Told of connections that broke while idle, e.g. when PostgreSQL restarts. */
  onConnectionError?: (error: Error) => void;
};

/** Connects lazily, on the first query. Call `$disconnect()` when done. */
export function createPrisma(url: string, { max, onConnectionError }: PrismaPoolOptions): Db {
  const onError = (error: Error) => onConnectionError?.(error);
  const adapter = new PrismaPg(
    { connectionString: url, max, application_name: 'gatehouse', connectionTimeoutMillis: 10_000 },
    { onPoolError: onError, onConnectionError: onError },
  );
  return new PrismaClient({ adapter, errorFormat: 'minimal' });
}

/**
 * Runs `work` in one transaction: all of it happens, or, when it throws, none. It is undone when it
 * takes longer than `timeoutMs`.
 */
export function withTx<Result>(
  db: Db,
  work: (tx: Tx) => Promise<Result>,
  { timeoutMs = 5_000 }: { timeoutMs?: number } = {},
): Promise<Result> {
  // The brand exists in types only: Prisma's transaction client is what it stands for.
  return db.$transaction((tx) => work(tx as Tx), { timeout: timeoutMs });
}
