import type { VaultEvent } from '#shared/schemas/vault.ts';
import { newId } from '../../infra/ids.ts';
import { type Db, type Tx, withTx } from '../../infra/prisma/client.ts';
import { Prisma } from '../../infra/prisma/generated/client.ts';
import { notify } from '../../infra/prisma/notify.ts';
import type { Noting } from '../audit/index.ts';
import type { Place } from './cursor.ts';
import type { Scope } from './list.repo.ts';

const SELECT = {
  accountId: true,
  number: true,
  bizId: true,
  refreshHash: true,
  previousHash: true,
  accessExpiresAt: true,
  autoRefresh: true,
  nextRefreshAt: true,
  refreshedAt: true,
  failures: true,
  failure: true,
  failureText: true,
  email: true,
  userName: true,
  plan: true,
  tags: true,
  memo: true,
  createdAt: true,
  proxy: { select: { id: true, name: true } },
  client: { select: { id: true, name: true } },
  account: {
    select: {
      ownerId: true,
      platformId: true,
      name: true,
      state: true,
      kind: true,
      owner: { select: { username: true, displayName: true } },
    },
  },
} as const satisfies Prisma.VaultTokenSelect;

export type ConsoleRow = Prisma.VaultTokenGetPayload<{ select: typeof SELECT }>;
/** What a row has besides, without reading it. */
export type Extras = { hasAccess: boolean; hasUserInfo: boolean; hasAccountInfo: boolean };

export type Change = {
  bizId?: string;
  tags?: string[];
  memo?: string;
  proxyId?: string | null;
  clientId?: string | null;
  autoRefresh?: boolean;
  enabled?: boolean;
};

type Where = { id: string; scope: Scope };
type By = { at: Date; actorId: string };
const MARK = 12;
const UNIQUE_VIOLATION = 'P2002';

/** Rows of the vault as people see and change them; tokens are in none. */
export function createVaultConsoleRepo(db: Db) {
  return {
    /** Those rows, in the order of the ids. */
    async rows(ids: readonly string[]): Promise<(ConsoleRow & Extras)[]> {
      const where = { accountId: { in: [...ids] } };
      const [rows, extras] = await Promise.all([
        db.vaultToken.findMany({ where, select: SELECT }),
        db.$queryRaw<({ id: string } & Extras)[]>`
          SELECT v.account_id::text AS id, a.secret IS NOT NULL AS "hasAccess",
            v.user_info IS NOT NULL AS "hasUserInfo", v.account_info IS NOT NULL AS "hasAccountInfo"
          FROM vault_tokens v JOIN accounts a ON a.id = v.account_id
          WHERE v.account_id = ANY (${[...ids]}::uuid[])`,
      ]);
      const byId = new Map(rows.map((row) => [row.accountId, row]));
      const more = new Map(extras.map((row) => [row.id, row]));
      return ids.flatMap((id) => {
        const [row, extra] = [byId.get(id), more.get(id)];
        return row && extra ? [{ ...extra, ...row }] : [];
      });
    },

    /** Its id when it is there and in scope. */
    async find(where: Where): Promise<string | null> {
      const row = await db.vaultToken.findFirst({
        where: inScope(where),
        select: { accountId: true },
      });
      return row?.accountId ?? null;
    },

    /** What the platform told of it. */
    infos: (id: string) =>
      db.vaultToken.findUnique({
        where: { accountId: id },
        select: { userInfo: true, accountInfo: true },
      }),

    /** Changes a row: `absent`, `taken` (the business id), or null when it is done. */
    async update(
      where: Where,
      change: Change,
      by: By,
      noting: Noting<ConsoleRow>,
    ): Promise<'absent' | 'taken' | 'dead' | null> {
      const { enabled, ...columns } = change;
      const work = async (tx: Tx) => {
        const { id } = where;
        await tx.$queryRaw`SELECT 1 FROM vault_tokens WHERE account_id = ${id}::uuid FOR UPDATE`;
        const before = await tx.vaultToken.findFirst({ where: inScope(where), select: SELECT });
        if (!before) return 'absent' as const;
        if (enabled && isDead(before)) return 'dead' as const;
        await tx.vaultToken.update({
          where: { accountId: id },
          data: columns,
          select: { accountId: true },
        });
        if (enabled !== undefined) await turn(tx, before, enabled, by);
        await notify(tx, 'accounts', [id]);
        const after = await tx.vaultToken.findUniqueOrThrow({
          where: { accountId: id },
          select: SELECT,
        });
        await noting(tx, before, after);
        return null;
      };
      try {
        return await withTx(db, work);
      } catch (error) {
        const known = error instanceof Prisma.PrismaClientKnownRequestError;
        if (known && error.code === UNIQUE_VIOLATION) return 'taken';
        throw error;
      }
    },

    /** The platform of a client; null = there is no such client. */
    async platformOfClient(id: string): Promise<string | null> {
      const row = await db.oAuthClient.findUnique({ where: { id }, select: { platformId: true } });
      return row?.platformId ?? null;
    },

    hasProxy: async (id: string) => (await db.proxy.count({ where: { id, enabled: true } })) > 0,

    /** Tries at refreshing, the newest first. */
    async history(accountId: string, after: Place | null, limit: number): Promise<VaultEvent[]> {
      const at = after && new Date(after.key);
      const rows = await db.refreshEvent.findMany({
        where: {
          accountId,
          ...(after && at && { OR: [{ at: { lt: at } }, { at, id: { lt: after.id } }] }),
        },
        orderBy: [{ at: 'desc' }, { id: 'desc' }],
        take: limit,
      });
      const actors = [...new Set(rows.flatMap(({ actorId }) => actorId ?? []))];
      const people = await db.user.findMany({
        where: { id: { in: actors } },
        select: { id: true, username: true },
      });
      const names = new Map(people.map(({ id, username }) => [id, username]));
      return rows.map(({ actorId, afterHash, beforeHash, ...row }) => ({
        id: row.id,
        at: row.at.toISOString(),
        trigger: row.trigger,
        outcome: row.outcome,
        text: row.text,
        before: beforeHash.slice(0, MARK),
        after: afterHash?.slice(0, MARK) ?? null,
        durationMs: row.durationMs,
        actorName: actorId === null ? null : (names.get(actorId) ?? null),
      }));
    },

    /** Proxies, clients and the platforms that accounts are at. */
    async choices(scope: Scope) {
      const [proxies, clients, platforms] = await Promise.all([
        db.proxy.findMany({
          select: { id: true, name: true, enabled: true },
          orderBy: { name: 'asc' },
          take: 5_000,
        }),
        db.oAuthClient.findMany({
          select: { id: true, name: true, platformId: true },
          orderBy: { name: 'asc' },
          take: 1_000,
        }),
        db.account.findMany({
          distinct: ['platformId'],
          select: { platformId: true },
          where: { vaultToken: { isNot: null }, ...(scope !== 'all' && scope) },
        }),
      ]);
      return { proxies, clients, platforms: platforms.map(({ platformId }) => platformId) };
    },

    /** Something that happened without a change of its own to a row. */
    inTx: <Result>(work: (tx: Tx) => Promise<Result>) => withTx(db, work),
  };
}
export type VaultConsoleRepo = ReturnType<typeof createVaultConsoleRepo>;

const inScope = ({ id, scope }: Where) => ({
  accountId: id,
  deletedUntil: null,
  ...(scope !== 'all' && { account: scope }),
});

/** Whether only another refresh token brings it back. */
function isDead({ failure }: Pick<ConsoleRow, 'failure'>): boolean {
  return failure === 'invalid' || failure === 'reused' || failure === 'revoked';
}

/** Switches an account on or off. */
async function turn(tx: Tx, row: ConsoleRow, enabled: boolean, by: By): Promise<void> {
  const { accountId: id } = row;
  if ((row.account.state !== 'disabled') === enabled) return;
  const [state, cause] = enabled ? (['active', null] as const) : (['disabled', 'person'] as const);
  await tx.account.update({
    where: { id },
    data: { state, stateCause: cause, stateSince: by.at, stateUntil: null, strikes: {} },
    select: { id: true },
  });
  await tx.accountModelState.deleteMany({ where: { accountId: id } });
  await tx.accountEvent.create({
    data: { id: newId(), accountId: id, kind: 'state', state, cause, ...by },
    select: { id: true },
  });
}
