import type { ProviderId } from '#shared/schemas/sso.ts';
import { type Db, type Tx, withTx } from '../../infra/prisma/client.ts';
import type { Prisma } from '../../infra/prisma/generated/client.ts';

const PROVIDER = {
  id: true,
  name: true,
  enabled: true,
  clientId: true,
  secret: true,
  settings: true,
  updatedAt: true,
} as const;
export type ProviderRow = Prisma.IdentityProviderGetPayload<{ select: typeof PROVIDER }>;

/** A service as it is stored; without `secret` the one that is there stays. */
export type ProviderWrite = Pick<ProviderRow, 'id' | 'name' | 'enabled' | 'clientId'> & {
  secret?: string | null;
  settings: Prisma.InputJsonObject;
};

/** Rows of `identity_providers`. */
export function createProvidersRepo(db: Db) {
  return {
    inTx: <Result>(work: (tx: Tx) => Promise<Result>) => withTx(db, work),

    all: (): Promise<ProviderRow[]> =>
      db.identityProvider.findMany({ select: PROVIDER, orderBy: { name: 'asc' } }),

    find: (id: ProviderId): Promise<ProviderRow | null> =>
      db.identityProvider.findUnique({ where: { id }, select: PROVIDER }),

    /** Waits for other changes of it; null when there is none. */
    async lock(tx: Tx, id: ProviderId): Promise<ProviderRow | null> {
      await tx.$queryRaw`SELECT 1 AS locked FROM identity_providers WHERE id = ${id} FOR UPDATE`;
      return await tx.identityProvider.findUnique({ where: { id }, select: PROVIDER });
    },

    /** @returns null when the id is taken. */
    async insert(tx: Tx, provider: ProviderWrite): Promise<ProviderRow | null> {
      const { id } = provider;
      const { count } = await tx.identityProvider.createMany({
        data: [provider],
        skipDuplicates: true,
      });
      if (count === 0) return null;
      return await tx.identityProvider.findUniqueOrThrow({ where: { id }, select: PROVIDER });
    },

    update: (tx: Tx, { id, ...data }: ProviderWrite): Promise<ProviderRow> =>
      tx.identityProvider.update({ where: { id }, data, select: PROVIDER }),

    /** With who everybody is there. @returns how many identities went. */
    async delete(tx: Tx, id: ProviderId): Promise<number> {
      await tx.identityProvider.delete({ where: { id }, select: { id: true } });
      return (await tx.identity.deleteMany({ where: { providerId: id } })).count;
    },

    /** How many people have an identity at each service. */
    async people(): Promise<Map<string, number>> {
      const groups = await db.identity.groupBy({ by: ['providerId'], _count: true });
      return new Map(groups.map(({ _count, providerId }) => [providerId, _count]));
    },
  };
}
export type ProvidersRepo = ReturnType<typeof createProvidersRepo>;

export type Purpose = 'sign-in' | 'link' | 'prove';

export type Attempt = {
  id: string;
  providerId: string;
  purpose: Purpose;
  userId: string | null;
  binding: string | null;
  verifier: string;
  nonce: string;
  redirectUri: string;
  returnTo: string;
  expiresAt: Date;
};

/** Rows of `sign_in_attempts`. */
export function createAttemptsRepo(db: Db) {
  return {
    /** Rows that are over go. */
    async put(attempt: Attempt, now: Date): Promise<void> {
      await db.signInAttempt.deleteMany({ where: { expiresAt: { lte: now } } });
      await db.signInAttempt.create({ data: attempt, select: { id: true } });
    },

    /**
     * Ends it: nobody gets it twice. Null when it is over, another service's, or bound to none of
     * `bindings`.
     */
    async take(
      which: Pick<Attempt, 'id' | 'providerId'> & { bindings: readonly string[] },
      now: Date,
    ): Promise<Attempt | null> {
      const { bindings, id, providerId } = which;
      const [row] = await db.$queryRaw<Attempt[]>`
        DELETE FROM sign_in_attempts
        WHERE id = ${id} AND provider_id = ${providerId} AND expires_at > ${now}
          AND (binding IS NULL OR binding = ANY(${[...bindings]}))
        RETURNING id, provider_id AS "providerId", purpose, user_id::text AS "userId", binding,
          verifier, nonce, redirect_uri AS "redirectUri", return_to AS "returnTo",
          expires_at AS "expiresAt"`;
      return row ?? null;
    },
  };
}
export type AttemptsRepo = ReturnType<typeof createAttemptsRepo>;
