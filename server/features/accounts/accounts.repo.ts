import { z } from 'zod';
import type { Loan, PolicyClass, SandboxOptions } from '#shared/schemas/accounts.ts';
import { SandboxOptions as OptionsSchema } from '#shared/schemas/accounts.ts';
import { type Db, type Tx, withTx } from '../../infra/prisma/client.ts';
import { Prisma } from '../../infra/prisma/generated/client.ts';
import { notify } from '../../infra/prisma/notify.ts';
import { isBuiltIn } from '../../platforms/registry.ts';
import type { Noting } from '../audit/index.ts';
import { holdPlatforms } from '../platforms/index.ts';
import { CAUSES, type Cause, type Standing, type StateName } from './account-state.ts';
import { lendsPersonal } from './personal-lending.ts';

/** Whose accounts a query may touch: one person's, or everyone's for an admin. */
export type Scope = { ownerId: string } | 'all';

export type AccountRow = {
  id: string;
  ownerId: string;
  ownerName: string;
  platformId: string;
  name: string;
  shared: boolean;
  /** Lent, but a personal account, and no admin allows lending those of its platform now. */
  paused: boolean;
  policyClass: PolicyClass;
  maxConcurrency: number | null;
  loan: Loan;
  /** Public names of models that it serves to nobody. */
  modelsOff: string[];
  standing: Standing;
  secretHint: string;
  options: SandboxOptions;
  lastError: string | null;
  lastErrorAt: Date | null;
  lastUsedAt: Date | null;
  createdAt: Date;
};

/** An account, and whose it has to be. */
export type Place = { id: string; scope: Scope };

export type SealedKey = { secret: string; secretHint: string };

export type NewAccount = {
  id: string;
  ownerId: string;
  platformId: string;
  name: string;
  shared: boolean;
  policyClass: PolicyClass;
  maxConcurrency: number | null;
  loan: Loan;
  options: SandboxOptions;
  /** Null where the platform needs none. */
  key: SealedKey | null;
  /** Epoch ms. */
  at: number;
  events: readonly NewEvent[];
};

/** A line of the history that a person causes. */
export type NewEvent = {
  id: string;
  /** Epoch ms. */
  at: number;
  kind: 'state' | 'lent' | 'withdrawn' | 'terms';
  state: StateName | null;
  cause: Cause | null;
  actorId: string;
  detail: string | null;
};

export type AccountChange = {
  name?: string;
  shared?: boolean;
  policyClass?: PolicyClass;
  maxConcurrency?: number | null;
  loan?: Loan;
  modelsOff?: string[];
  standing?: Standing;
  events: readonly NewEvent[];
  options?: SandboxOptions;
  /** A new key also forgets the last error, and that the one before it worked. */
  key?: SealedKey;
};

const SELECT = {
  id: true,
  ownerId: true,
  platformId: true,
  name: true,
  shared: true,
  policyClass: true,
  maxConcurrency: true,
  loanUsers: true,
  loanModels: true,
  loanFrom: true,
  loanTo: true,
  loanTokensPerDay: true,
  modelsOff: true,
  state: true,
  stateCause: true,
  stateSince: true,
  stateUntil: true,
  strikes: true,
  secretHint: true,
  options: true,
  lastError: true,
  lastErrorAt: true,
  lastUsedAt: true,
  createdAt: true,
  owner: { select: { username: true, displayName: true } },
} as const satisfies Prisma.AccountSelect;

/** One that was deleted from the vault is nowhere, though it can be brought back for a while. */
const KEPT = {
  NOT: { vaultToken: { deletedUntil: { not: null } } },
} as const satisfies Prisma.AccountWhereInput;

export type AccountsRepo = ReturnType<typeof createAccountsRepo>;

/** Rows of `accounts`. The sealed secret has its own method and is in no row; every query takes a scope. */
export function createAccountsRepo(db: Db) {
  /** Platforms whose personal accounts may be lent. */
  async function lendable(): Promise<Set<string>> {
    const rows = await db.personalLending.findMany({ select: { platformId: true } });
    return new Set(rows.map(({ platformId }) => platformId));
  }

  return {
    /** What a person sees: their own and those lent to them, or all; of one owner or everybody's. Newest first. */
    async visible(viewer: Scope, ownerId?: string): Promise<AccountRow[]> {
      const platforms = await lendable();
      const rows = await db.account.findMany({
        select: SELECT,
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        where: {
          ...KEPT,
          ...(ownerId !== undefined && { ownerId }),
          ...(viewer !== 'all' && { OR: [viewer, lentTo(viewer.ownerId, platforms)] }),
        },
      });
      return rows.map((row) => toRow(row, platforms));
    },

    async find(id: string, scope: Scope): Promise<AccountRow | null> {
      const row = await db.account.findFirst({ where: within(id, scope), select: SELECT });
      return row && toRow(row, await lendable());
    },

    /** The sealed secret: null = the account has none, undefined = there is no such account. */
    async sealedSecret(id: string, scope: Scope): Promise<string | null | undefined> {
      const row = await db.account.findFirst({
        where: within(id, scope),
        select: { secret: true },
      });
      return row?.secret;
    },

    /** The proxy that an account is called through; null = it has none. */
    async proxyOf(id: string): Promise<string | null> {
      const where = { accountId: id };
      const row = await db.vaultToken.findUnique({ where, select: { proxyId: true } });
      return row?.proxyId ?? null;
    },

    /** Whether an admin allowed lending personal accounts of the platform. */
    async mayLendPersonal(platformId: string): Promise<boolean> {
      return (await db.personalLending.count({ where: { platformId } })) > 0;
    },

    async platformsInUse(): Promise<string[]> {
      const rows = await db.account.findMany({
        distinct: ['platformId'],
        select: { platformId: true },
      });
      return rows.map((row) => row.platformId);
    },

    create(
      { at, events, key, loan, ...account }: NewAccount,
      noting: Noting<AccountRow>,
    ): Promise<'name' | 'platform' | null> {
      return unlessNameTaken(() =>
        withTx(db, async (tx) => {
          const { platformId } = account;
          const there = isBuiltIn(platformId) || (await holdPlatforms(tx, [platformId])).size > 0;
          if (!there) return 'platform' as const;
          await tx.account.create({
            data: {
              ...account,
              ...loanColumns(loan),
              stateSince: new Date(at),
              kind: key ? 'api_key' : 'none',
              ...key,
            },
            select: { id: true },
          });
          await tx.accountEvent.createMany({ data: eventRows(account.id, events) });
          await notify(tx, 'accounts', [account.id]);
          await noting(tx, null, await findIn(tx, { id: account.id }));
          return null;
        }),
      );
    },

    update(
      { id, scope }: Place,
      change: AccountChange,
      noting: Noting<AccountRow>,
    ): Promise<'name' | 'absent' | null> {
      const { events, key, loan, standing, ...columns } = change;
      const renewed = key && {
        ...key,
        kind: 'api_key' as const,
        provedAt: null,
        lastError: null,
        lastErrorAt: null,
      };
      return unlessNameTaken(() =>
        withTx(db, async (tx) => {
          const before = await lock(tx, id, scope);
          if (!before) return 'absent' as const;
          await tx.account.update({
            where: { id },
            data: {
              ...columns,
              ...renewed,
              ...(loan && loanColumns(loan)),
              ...(standing && standingColumns(standing)),
            },
          });
          await tx.accountEvent.createMany({ data: eventRows(id, events) });
          // What a model learned of the old key says nothing about the new one.
          if (standing) await tx.accountModelState.deleteMany({ where: { accountId: id } });
          await notify(tx, 'accounts', [id]);
          await noting(tx, before, await findIn(tx, { id }));
          return null;
        }),
      );
    },

    /** Returns false when there is none. Its secret is gone with the row. */
    delete({ id, scope }: Place, noting: Noting<AccountRow>): Promise<boolean> {
      return withTx(db, async (tx) => {
        const before = await lock(tx, id, scope);
        if (!before) return false;
        await tx.account.delete({ where: { id } });
        await notify(tx, 'accounts', [id]);
        await noting(tx, before, null);
        return true;
      });
    },

    /** Says whether the platform's personal accounts may be lent. All replicas read accounts again. */
    allowLending(
      platformId: string,
      allowed: { by: string; at: Date } | null,
      noting: Noting<{ platformId: string; allowed: boolean }>,
    ): Promise<void> {
      return withTx(db, async (tx) => {
        const { count } = allowed
          ? await tx.personalLending.createMany({
              data: [{ platformId, allowedBy: allowed.by, allowedAt: allowed.at }],
              skipDuplicates: true,
            })
          : await tx.personalLending.deleteMany({ where: { platformId } });
        if (count === 0) return;
        await notify(tx, 'accounts', []);
        const is = allowed !== null;
        await noting(tx, { platformId, allowed: !is }, { platformId, allowed: is });
      });
    },
  };
}

async function findIn(tx: Tx, where: Prisma.AccountWhereInput): Promise<AccountRow | null> {
  const row = await tx.account.findFirst({ where, select: SELECT });
  return row && toRow(row, new Set());
}

/** The account as it is until `tx` ends. */
async function lock(tx: Tx, id: string, scope: Scope): Promise<AccountRow | null> {
  await tx.$queryRaw`SELECT 1 AS locked FROM accounts WHERE id = ${id}::uuid FOR UPDATE`;
  return findIn(tx, within(id, scope));
}

function within(id: string, scope: Scope) {
  return scope === 'all' ? { id, ...KEPT } : { id, ...KEPT, ...scope };
}

function lentTo(userId: string, personalAllowed: ReadonlySet<string>) {
  return {
    shared: true,
    AND: [
      { OR: [{ loanUsers: { isEmpty: true } }, { loanUsers: { has: userId } }] },
      {
        OR: [
          { policyClass: { not: 'personal' as const } },
          { platformId: { in: [...personalAllowed] } },
        ],
      },
    ],
  };
}

async function unlessNameTaken<Result>(write: () => Promise<Result>): Promise<Result | 'name'> {
  try {
    return await write();
  } catch (error) {
    // P2002: an owner's accounts on one platform have different names.
    const known = error instanceof Prisma.PrismaClientKnownRequestError;
    if (known && error.code === 'P2002') return 'name';
    throw error;
  }
}

type Columns = Prisma.AccountGetPayload<{ select: typeof SELECT }>;

function toRow(columns: Columns, personalAllowed: ReadonlySet<string>): AccountRow {
  const { id, ownerId, owner, platformId, name, shared, policyClass, maxConcurrency } = columns;
  const { secretHint, lastError, lastErrorAt, lastUsedAt, createdAt, modelsOff } = columns;
  return {
    ...{ id, ownerId, platformId, name, shared, policyClass, maxConcurrency, secretHint },
    ...{ lastError, lastErrorAt, lastUsedAt, createdAt, modelsOff },
    ownerName: owner.displayName || owner.username,
    paused: lendsPersonal(columns) && !personalAllowed.has(platformId),
    loan: loanOf(columns),
    standing: standingOf(columns),
    options: OptionsSchema.catch({}).parse(columns.options),
  };
}

const Strikes = z.record(z.string(), z.int().min(0)).catch({});

function standingOf({ state, stateCause, stateSince, stateUntil, strikes }: Columns): Standing {
  return {
    state,
    cause: CAUSES.find((cause) => cause === stateCause) ?? null,
    since: stateSince.getTime(),
    until: stateUntil?.getTime() ?? null,
    strikes: Strikes.parse(strikes),
  };
}

function standingColumns({ cause, since, state, strikes, until }: Standing) {
  return {
    state,
    stateCause: cause,
    stateSince: new Date(since),
    stateUntil: until === null ? null : new Date(until),
    strikes: { ...strikes },
  };
}

function loanOf(columns: Columns): Loan {
  const { loanFrom: from, loanTo: to, loanTokensPerDay: tokens } = columns;
  return {
    users: columns.loanUsers,
    models: columns.loanModels,
    hours: from === null || to === null ? null : { from, to },
    tokensPerDay: tokens === null ? null : Number(tokens),
  };
}

function loanColumns({ hours, models, tokensPerDay, users }: Loan) {
  return {
    loanUsers: users,
    loanModels: models,
    loanFrom: hours?.from ?? null,
    loanTo: hours?.to ?? null,
    loanTokensPerDay: tokensPerDay === null ? null : BigInt(tokensPerDay),
  };
}

function eventRows(accountId: string, events: readonly NewEvent[]) {
  return events.map(({ at, ...event }) => ({ ...event, accountId, at: new Date(at) }));
}
