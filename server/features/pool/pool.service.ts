import { AppError } from '#shared/errors.ts';
import type {
  LentUse,
  MyPool,
  PoolCreditView,
  PoolMovementsInput,
  PoolMovementsPage,
  PoolSettings,
  SharedPoolRow,
} from '#shared/schemas/pool.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Actor, Audit, Told } from '../audit/index.ts';
import type { CreditRepo } from './credit.repo.ts';
import { fullAt, recover } from './credit.ts';
import type { CreditRow } from './credit-row.ts';
import { groupName } from './groups.ts';
import type { MovementCursor, PoolRepo } from './pool.repo.ts';
import type { LivePoolSettings } from './pool.settings.ts';
import type { PoolSettingsRepo } from './settings.repo.ts';

const USE_SHOWN_MS = 30 * 24 * 3_600_000;
const USE_ROWS = 200;

export type PoolModel = { name: string; routes: readonly { platformId: string }[] };

export type PoolServiceDeps = {
  repo: PoolRepo;
  credits: Pick<CreditRepo, 'ofUser'>;
  settings: LivePoolSettings;
  settingsRepo: Pick<PoolSettingsRepo, 'save'>;
  audit: Pick<Audit, 'noting'>;
  /** Enabled models with the platforms that serve them. */
  models(): readonly PoolModel[];
  platformName(id: string): string;
  /** Until when an account rests, epoch ms; null = it is ready. */
  restsUntil(accountId: string): number | null;
  /** The part of an account's quota that is left, 0 to 1; 1 when its platform does not tell. */
  remainingOf(accountId: string): number;
  /** Brings credits in line with settings that have changed. */
  follow(): Promise<unknown>;
  clock: Clock;
};

export type PoolService = ReturnType<typeof createPoolService>;

/** The pool as people see it: their credit, what is lent, where credit went. No account's owner is named. */
export function createPoolService(deps: PoolServiceDeps) {
  const { clock, credits, repo, settings } = deps;

  function toView(row: CreditRow, lent: number, models: readonly string[]): PoolCreditView {
    const now = clock.now();
    const { held, max, owed, quota, rate } = recover(row, now);
    const full = fullAt(row, now);
    return {
      key: row.groupKey,
      name: groupName(row.groupKey),
      models: [...models],
      quota: Number(quota),
      max: Number(max),
      held: Number(held),
      owed: Number(owed),
      perHour: Number(rate),
      fullAt: full === null ? null : new Date(full).toISOString(),
      lent,
    };
  }

  function modelsByGroup(): Map<string, string[]> {
    const found = new Map<string, string[]>();
    for (const { name } of deps.models()) {
      const key = settings.groupOf(name);
      found.set(key, [...(found.get(key) ?? []), name]);
    }
    return found;
  }

  return {
    /** The caller's credit, model by model or group by group; what is neither lent nor left is not shown. */
    async mine(me: Me): Promise<MyPool> {
      const [rows, lent] = await Promise.all([credits.ofUser(me.id), repo.lentBy(me.id)]);
      const models = modelsByGroup();
      const { credit, rule } = settings.current();
      const shown = rows.filter(({ max, owed, quota }) => max > 0n || quota > 0n || owed > 0n);
      const groups = shown.map((row) =>
        toView(row, lent.get(row.groupKey) ?? 0, models.get(row.groupKey) ?? []),
      );
      return { credit, rule, groups };
    },

    /** What is lent, by model: how many accounts, how many ready, how much is left of them. */
    async shared(): Promise<SharedPoolRow[]> {
      const accounts = await repo.lentAccounts();
      const rows = deps.models().map(({ name, routes }) => {
        const platforms = [...new Set(routes.map(({ platformId }) => platformId))];
        const fitting = accounts.filter(
          (account) =>
            platforms.includes(account.platformId) &&
            (account.models.length === 0 || account.models.includes(name)) &&
            !account.modelsOff.includes(name),
        );
        return toShared(deps, { model: name, platforms, accountIds: fitting.map(({ id }) => id) });
      });
      return rows.filter((row) => row.accounts > 0);
    },

    /** Where the caller's credit came from and went to, newest first. */
    async movements(me: Me, input: PoolMovementsInput): Promise<PoolMovementsPage> {
      const before = input.cursor === undefined ? null : readCursor(input.cursor);
      const rows = await repo.movements(me.id, { before, limit: input.limit + 1 });
      const page = rows.slice(0, input.limit);
      const last = rows.length > input.limit ? page.at(-1) : undefined;
      return {
        rows: page.map(({ amount, at, group_key, id, kind, model }) => ({
          ...{ id, kind, model },
          at: at.toISOString(),
          group: groupName(group_key),
          amount: Number(amount),
        })),
        nextCursor: last ? `${last.at.getTime()}.${last.id}` : null,
      };
    },

    /** Who used the caller's accounts in the last thirty days. */
    async lentUse(me: Me): Promise<LentUse> {
      const since = new Date(clock.now() - USE_SHOWN_MS);
      const rows = await repo.usedByOthers(me.id, since, USE_ROWS);
      return rows.map((row) => ({
        accountId: row.account_id,
        accountName: row.account_name,
        userName: row.user_name,
        model: row.model,
        requests: row.requests,
        tokens: Number(row.tokens),
        lastAt: row.last_at.toISOString(),
      }));
    },

    settings: (): PoolSettings => settings.current(),

    /** Takes hold at once, on every server. */
    async saveSettings(actor: Actor, input: PoolSettings): Promise<PoolSettings> {
      const noting = deps.audit.noting(actor, 'pool.saveSettings', { tell });
      await deps.settingsRepo.save(input, noting);
      await settings.reload();
      await deps.follow();
      return settings.current();
    },
  };
}

function tell(facts: PoolSettings): Told {
  return { target: { kind: 'settings', id: 'pool', name: 'pool' }, facts };
}

function toShared(
  { clock, platformName, remainingOf, restsUntil }: PoolServiceDeps,
  facts: { model: string; platforms: readonly string[]; accountIds: readonly string[] },
): SharedPoolRow {
  const rests = facts.accountIds.map((id) => ({ id, until: restsUntil(id) }));
  const ready = rests.filter(({ until }) => until === null);
  const returns = rests.flatMap(({ until }) =>
    until !== null && until > clock.now() ? [until] : [],
  );
  const next = returns.length === 0 ? null : Math.min(...returns);
  return {
    model: facts.model,
    platforms: facts.platforms.map((id) => ({ id, name: platformName(id) })),
    accounts: rests.length,
    ready: ready.length,
    left: ready.reduce((sum, { id }) => sum + remainingOf(id), 0),
    nextReturn: next === null || !Number.isFinite(next) ? null : new Date(next).toISOString(),
  };
}

const CURSOR = /^(\d{1,15})\.([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;
/** The year 9999: later than any movement, and a time PostgreSQL knows. */
const LATEST_MS = 253_402_300_799_999;

function readCursor(text: string): MovementCursor {
  const found = CURSOR.exec(text);
  const ms = Number(found?.[1]);
  const id = found?.[2];
  if (id === undefined || !(ms <= LATEST_MS)) {
    throw new AppError('bad_request', 'The cursor is not valid. Load the first page again.', {
      param: 'cursor',
    });
  }
  return { at: new Date(ms), id };
}
