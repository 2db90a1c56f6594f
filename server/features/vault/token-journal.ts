import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Cipher } from '../../infra/cipher.ts';
import type { Clock } from '../../infra/clock.ts';
import { newId } from '../../infra/ids.ts';
import { openJournal } from '../../infra/journal/index.ts';
import type { Log } from '../../infra/log.ts';
import type { TokenRecord } from './chain.ts';
import type { RefreshStore } from './refresh-store.ts';
import type { Stored } from './refresh-writes.ts';
import { sealedAnew } from './vault-seals.ts';

/** Written before a platform is asked: a disk that takes nothing must be known of by then. */
type Asking = { id: string; kind: 'asking'; accountId: string; at: number };

export type TokenJournal = {
  /** What this server claims under: the same after a restart, for it has its journal again. */
  server: string;
  /** Throws AppError storage_unavailable when nothing can be written. */
  asking(accountId: string): Promise<void>;
  /**
   * Keeps tokens until they are in the database, over restarts if it has to. Resolves with what became of
   * them there; rejects only when this server stops before.
   */
  keep(record: TokenRecord): Promise<Stored>;
  /** Resolves once what is being stored for the account, if anything, is. */
  settled(accountId: string): Promise<unknown>;
  /** Resolves once everything an earlier run left is stored; waits while the database is away. */
  replayed(): Promise<void>;
  /** Records that the database does not have yet. */
  pending(): number;
  close(): Promise<void>;
};

export type TokenJournalDeps = {
  dir: string;
  store: Pick<RefreshStore, 'store'>;
  cipher: Cipher;
  clock: Clock;
  log: Pick<Log, 'warn' | 'error'>;
  onStored(record: TokenRecord, stored: Stored): void;
};

/** Small, so that what is stored already is soon dropped. */
const SEGMENT_BYTES = 1_048_576;
/** Power that fails loses what was written later than this ago and is not in the database either. */
const SYNC_EVERY_MS = 20;

/**
 * Between a platform's answer and the database: a file of this server, in which all tokens are sealed.
 * There is one way into the database, this one, so that what is stored after a crash is stored the same
 * way as everything else.
 * @throws AppError conflict when another process has the folder, storage_unavailable.
 */
export async function openTokenJournal(deps: TokenJournalDeps): Promise<TokenJournal> {
  const { cipher, clock, dir, log, onStored, store } = deps;
  const waiting = new Map<string, PromiseWithResolvers<Stored>>();
  const byAccount = new Map<string, Promise<unknown>>();

  async function deliver(batch: (Asking | TokenRecord)[]): Promise<void> {
    for (const record of batch) if (record.kind === 'token') await deliverOne(record);
  }

  /** It may have waited while another key was made current, and the old one is retired one day. */
  function withPresentKey(record: TokenRecord): TokenRecord {
    try {
      return sealedAnew(cipher, record);
    } catch (error) {
      // Its key is gone from this ring: as it is it can be opened once that is put back.
      log.error({ err: error, accountId: record.accountId }, 'new tokens have an unknown key');
      return record;
    }
  }

  async function deliverOne(record: TokenRecord): Promise<void> {
    const stored = await store.store(withPresentKey(record)).catch((error) => {
      // What can never be stored may not keep later tokens from being stored.
      if (!isAboutData(error)) throw error;
      log.error({ err: error, accountId: record.accountId }, 'new tokens could not be stored');
      return 'gone' as const;
    });
    waiting.get(record.id)?.resolve(stored);
    onStored(record, stored);
  }

  const journal = await openJournal<Asking | TokenRecord>({
    ...{ clock, deliver, dir, log },
    gatherMs: 0,
    segmentBytes: SEGMENT_BYTES,
    syncEveryMs: SYNC_EVERY_MS,
  });
  const server = await serverName(dir);
  const replay = journal.flush();

  async function keep(record: TokenRecord): Promise<Stored> {
    const done = Promise.withResolvers<Stored>();
    // A stop may come before anybody waits.
    done.promise.catch(() => undefined);
    waiting.set(record.id, done);
    byAccount.set(record.accountId, done.promise);
    try {
      await journal.append(record).catch((error) => {
        log.error({ err: error }, 'new tokens could not be written to the journal');
        // The database is the other place that they can be kept in.
        return deliverOne(record);
      });
      return await done.promise;
    } finally {
      waiting.delete(record.id);
      if (byAccount.get(record.accountId) === done.promise) byAccount.delete(record.accountId);
    }
  }

  return {
    server,
    asking: (accountId) =>
      journal.append({ id: newId(clock), kind: 'asking', accountId, at: clock.now() }),
    keep,
    settled: (accountId) => byAccount.get(accountId) ?? Promise.resolve(),
    replayed: () => replay,
    pending: journal.pending,
    async close() {
      await journal.close();
      for (const { reject } of waiting.values()) reject(new Error('the server stopped'));
    },
  };
}

/** Classes 22 and 23: the data itself does not fit. */
function isAboutData(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^2[23]/.test(code);
}

/**
 * The folder's own name with the machine's: whoever copies a data folder to another machine has another
 * server there.
 */
async function serverName(dir: string): Promise<string> {
  const file = join(dir, 'server');
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const known = await readFile(file, 'utf8').catch(() => '');
  const id = known.trim() || newId();
  if (known.trim() === '') await writeFile(file, `${id}\n`, { mode: 0o600 });
  return `${id}@${hostname()}`;
}
