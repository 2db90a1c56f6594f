import { type Db, type Tx, withTx } from '../../infra/prisma/client.ts';
import { Prisma } from '../../infra/prisma/generated/client.ts';

const CLIENT = {
  id: true,
  number: true,
  platformId: true,
  name: true,
  clientId: true,
  clientSecret: true,
  authorizationEndpoint: true,
  tokenEndpoint: true,
  deviceEndpoint: true,
  revocationEndpoint: true,
  redirectUri: true,
  scopes: true,
  authorizeParams: true,
  tokenFormat: true,
  tokenAuth: true,
  usePkce: true,
  userInfoEndpoint: true,
  accountInfoEndpoint: true,
  fields: true,
  updatedAt: true,
} as const;
export type ClientRow = Prisma.OAuthClientGetPayload<{ select: typeof CLIENT }>;

type Columns = Omit<
  ClientRow,
  'number' | 'updatedAt' | 'authorizeParams' | 'fields' | 'clientSecret'
> & {
  authorizeParams: Prisma.InputJsonObject;
  fields: Prisma.InputJsonObject;
};

/** A client as it is stored; without `clientSecret` the one that is there stays. */
export type ClientWrite = Columns & { clientSecret?: string | null };

/** Rows of `oauth_clients`. */
export function createOAuthClientsRepo(db: Db) {
  return {
    inTx: <Result>(work: (tx: Tx) => Promise<Result>) => withTx(db, work),

    all: (tx: Db | Tx = db): Promise<ClientRow[]> =>
      tx.oAuthClient.findMany({
        select: CLIENT,
        orderBy: [{ platformId: 'asc' }, { number: 'asc' }],
      }),

    find: (id: string): Promise<ClientRow | null> =>
      db.oAuthClient.findUnique({ where: { id }, select: CLIENT }),

    /** Waits for other changes of it; null when there is none. */
    async lock(tx: Tx, id: string): Promise<ClientRow | null> {
      await tx.$queryRaw`SELECT 1 AS locked FROM oauth_clients WHERE id = ${id}::uuid FOR UPDATE`;
      return await tx.oAuthClient.findUnique({ where: { id }, select: CLIENT });
    },

    /** @returns null when the platform has one of this name. */
    async insert(tx: Tx, data: ClientWrite): Promise<ClientRow | null> {
      const { id } = data;
      const { count } = await tx.oAuthClient.createMany({ data: [data], skipDuplicates: true });
      if (count === 0) return null;
      return await tx.oAuthClient.findUniqueOrThrow({ where: { id }, select: CLIENT });
    },

    /** @returns null when the platform has another one of this name. */
    async update(tx: Tx, { id, ...data }: ClientWrite): Promise<ClientRow | null> {
      const { name, platformId } = data;
      const other = await tx.oAuthClient.count({ where: { name, platformId, id: { not: id } } });
      if (other > 0) return null;
      return await unlessTaken(() =>
        tx.oAuthClient.update({ where: { id }, data, select: CLIENT }),
      );
    },

    /** With its sign-ins that are under way. */
    async delete(tx: Tx, id: string): Promise<void> {
      await tx.oAuthClient.delete({ where: { id }, select: { id: true } });
    },

    /** Whether any account of this platform has tokens. */
    async hasTokens(tx: Tx, platformId: string): Promise<boolean> {
      return (
        (await tx.vaultToken.findFirst({
          where: { account: { platformId } },
          select: { accountId: true },
        })) !== null
      );
    },

    /** How many accounts are refreshed by each client. */
    async accounts(tx: Db | Tx = db): Promise<Map<string, number>> {
      const groups = await tx.vaultToken.groupBy({ by: ['clientId'], _count: true });
      return new Map(
        groups.flatMap(({ _count, clientId }) => (clientId === null ? [] : [[clientId, _count]])),
      );
    },
  };
}

/** Those of some names at some platforms; more than were asked for where names repeat. */
export function clientsNamed(
  tx: Db | Tx,
  { names, platformIds }: { names: readonly string[]; platformIds: readonly string[] },
): Promise<ClientRow[]> {
  const where = { name: { in: [...names] }, platformId: { in: [...platformIds] } };
  return tx.oAuthClient.findMany({ where, select: CLIENT });
}

export type OAuthClientsRepo = ReturnType<typeof createOAuthClientsRepo>;

async function unlessTaken(write: () => Promise<ClientRow>): Promise<ClientRow | null> {
  try {
    return await write();
  } catch (error) {
    const known = error instanceof Prisma.PrismaClientKnownRequestError;
    if (known && error.code === 'P2002') return null;
    throw error;
  }
}
