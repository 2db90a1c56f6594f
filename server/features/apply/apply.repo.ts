import { SandboxOptions } from '#shared/schemas/accounts.ts';
import { type Db, type Tx, withTx } from '../../infra/prisma/client.ts';
import type { Prisma } from '../../infra/prisma/generated/client.ts';
import { holdLock } from '../../infra/prisma/locks.ts';
import { notify } from '../../infra/prisma/notify.ts';
import { changePrice, PRICES, priceAt, toDatedPrice } from '../models/index.ts';
import { clientsNamed, writeOf } from '../oauth-clients/index.ts';
import { holdPlatforms } from '../platforms/index.ts';
import { limitsOf, saveLimits } from '../quotas/index.ts';
import { deleteSessionsOf } from '../sessions/index.ts';
import type {
  KeyColumns,
  ModelColumns,
  OAuthClientColumns,
  PlatformColumns,
  Snapshot,
  UserColumns,
} from './apply.rows.ts';
import { splitLimits } from './limits.ts';
import { loanOfRow, toLoanRow } from './loans.ts';
import type { Step } from './plan.ts';
import type { AccountStep } from './plan-entries.ts';

/** What a file names; the snapshot holds no more than that. */
export type Named = {
  platformIds: readonly string[];
  usernames: readonly string[];
  accountNames: readonly string[];
  clientNames: readonly string[];
  modelNames: readonly string[];
  keyNames: readonly string[];
  secretHashes: readonly string[];
};

const TIMEOUT_MS = 120_000;
/** What was known of an account's troubles was about its old key. */
const WELL = { stateCause: null, stateUntil: null, strikes: {} };

/** Reads and writes of the set-up file, over all the tables it is about. */
export function createApplyRepo(db: Db, { now, newId }: { now(): number; newId(): string }) {
  return {
    /** One at a time, all or nothing. */
    alone<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
      const locked = async (tx: Tx) => {
        await holdLock(tx, 'setUp');
        return work(tx);
      };
      return withTx(db, locked, { timeoutMs: TIMEOUT_MS });
    },

    async snapshot(named: Named, tx: Db | Tx = db): Promise<Snapshot> {
      const owner = { username: { in: [...named.usernames] } };
      const platformIds = { in: [...named.platformIds] };
      const lending = await tx.personalLending.findMany({ where: { platformId: platformIds } });
      const roles = await tx.role.findMany({ select: { id: true } });
      const [platforms, users, accounts, models, keys] = [
        await tx.platform.findMany({ where: { id: platformIds } }),
        await tx.user.findMany({ where: owner }),
        await tx.account.findMany({ where: { owner, name: { in: [...named.accountNames] } } }),
        await tx.model.findMany({
          where: { name: { in: [...named.modelNames] } },
          include: { routes: true, prices: PRICES },
        }),
        await tx.apiKey.findMany({
          where: {
            OR: [
              { secretHash: { in: [...named.secretHashes] } },
              { previousHash: { in: [...named.secretHashes] } },
              { owner, name: { in: [...named.keyNames] }, revokedAt: null },
            ],
          },
        }),
      ];
      const { clientNames, platformIds: at } = named;
      const clients = await clientsNamed(tx, { names: clientNames, platformIds: at });
      const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);
      const limits = {
        platform: await limitsOf(tx, 'platform', ids(platforms)),
        user: await limitsOf(tx, 'user', ids(users)),
        account: await limitsOf(tx, 'account', ids(accounts)),
        model: await limitsOf(tx, 'model', named.modelNames),
        key: await limitsOf(tx, 'key', ids(keys)),
      };
      return {
        platforms: platforms.map((row) => ({ ...row, ...limits.platform(row.id) })),
        users: users.map((row) => ({ ...row, ...limits.user(row.id) })),
        accounts: accounts.map((row) => ({
          ...row,
          ...loanOfRow(row),
          ...limits.account(row.id),
          options: SandboxOptions.catch({}).parse(row.options),
        })),
        models: models.map((row) => ({ ...toModel(row, now()), ...limits.model(row.name) })),
        keys: keys.map((row) => ({
          ...row,
          ...limits.key(row.id),
          revoked: row.revokedAt !== null,
        })),
        oauthClients: clients.map(writeOf),
        roles: new Set(ids(roles)),
        personalLending: new Set(lending.map(({ platformId }) => platformId)),
      };
    },

    /** Keeps the platforms that accounts and routes name from being deleted meanwhile. */
    holdPlatforms,

    async savePlatform(tx: Tx, step: Step<PlatformColumns>): Promise<void> {
      if (step.action === 'unchanged') return;
      const { id } = step;
      if (step.action === 'create') {
        await tx.platform.create({ data: { id, ...splitLimits(step.columns).data } });
      } else {
        await tx.platform.update({ where: { id }, data: splitLimits(step.columns).data });
      }
      await saveLimits(tx, 'platform', id, step.columns);
    },

    /** A new password ends the sessions that the old one opened. */
    async saveUser(tx: Tx, step: Step<UserColumns>): Promise<void> {
      if (step.action === 'unchanged') return;
      const { id, columns } = step;
      const { data } = splitLimits(columns);
      if (step.action === 'create') {
        await tx.user.create({ data: { id, username: step.columns.username, ...data } });
      } else {
        await tx.user.update({ where: { id }, data });
      }
      await saveLimits(tx, 'user', id, columns);
      if (step.action === 'update' && columns.passwordHash !== undefined)
        await deleteSessionsOf(tx, id);
    },

    async saveAccount(tx: Tx, step: AccountStep): Promise<void> {
      if (step.action === 'unchanged') return;
      const { id, loanEvent } = step;
      if (step.action === 'create') {
        await tx.account.create({ data: { id, ...toLoanRow(splitLimits(step.columns).data) } });
      } else {
        const data = toLoanRow(splitLimits(step.columns).data);
        const revived = data.state === 'active' && WELL;
        // Of a new key nobody knows yet whether it works.
        const unproved = data.secret !== undefined && { provedAt: null };
        await tx.account.update({ where: { id }, data: { ...data, ...revived, ...unproved } });
      }
      await saveLimits(tx, 'account', id, step.columns);
      if (!loanEvent) return;
      const detail = loanEvent.loan && JSON.stringify(loanEvent.loan);
      const event = { id: newId(), at: new Date(now()), kind: loanEvent.kind, detail };
      await tx.accountEvent.create({ data: { ...event, accountId: id } });
    },

    async saveModel(tx: Tx, step: Step<ModelColumns>): Promise<void> {
      if (step.action === 'unchanged') return;
      const { id } = step;
      const { limits, data } = splitLimits(step.columns);
      const { routes, price, ...rest } = data;
      if (step.action === 'create') {
        await tx.model.create({ data: { id, name: step.columns.name, ...rest } });
      } else {
        await tx.model.update({ where: { id }, data: { ...rest, updatedAt: new Date() } });
      }
      if (price !== undefined) await changePrice(tx, id, { from: new Date(now()), price });
      await saveLimits(tx, 'model', step.name, limits);
      if (!routes) return;
      await tx.route.deleteMany({ where: { modelId: id } });
      const rows = routes.map((route) => ({ ...route, id: newId(), modelId: id }));
      await tx.route.createMany({ data: rows });
    },

    async saveKey(tx: Tx, step: Step<KeyColumns>): Promise<void> {
      if (step.action === 'unchanged') return;
      const { id } = step;
      if (step.action === 'create') {
        await tx.apiKey.create({ data: { id, ...splitLimits(step.columns).data } });
      } else {
        await tx.apiKey.update({ where: { id }, data: splitLimits(step.columns).data });
      }
      await saveLimits(tx, 'key', id, step.columns);
    },

    async saveOAuthClient(tx: Tx, step: Step<OAuthClientColumns>): Promise<void> {
      if (step.action === 'unchanged') return;
      const { id } = step;
      if (step.action === 'create') {
        await tx.oAuthClient.create({ data: { id, ...step.columns } });
      } else {
        await tx.oAuthClient.update({ where: { id }, data: step.columns });
      }
    },

    /** Tells every replica when `tx` commits. */
    notify,
  };
}
export type ApplyRepo = ReturnType<typeof createApplyRepo>;

type ModelRow = Prisma.ModelGetPayload<{ include: { routes: true; prices: typeof PRICES } }>;

function toModel(row: ModelRow, now: number) {
  const { id, name, enabled } = row;
  return {
    id,
    name,
    enabled,
    price: priceAt(row.prices.map(toDatedPrice), now),
    routes: row.routes.map(({ platformId, upstreamModel, weight, priority }) => ({
      platformId,
      upstreamModel,
      weight,
      priority,
    })),
  };
}
