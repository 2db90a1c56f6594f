import { AppError } from '#shared/errors.ts';
import { can } from '#shared/permissions.ts';
import {
  AccountCause,
  type AccountEventView,
  type AccountHistory,
  type AccountHistoryInput,
  AccountState,
  type AccountUse,
  type AccountUseInput,
  type AllowPersonalLending,
  Loan,
  type PersonalLending,
} from '#shared/schemas/accounts.ts';
import { Id } from '#shared/schemas/common.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Registry } from '../../platforms/registry.ts';
import type { Actor, Audit } from '../audit/index.ts';
import type { AccountRecordsRepo, EventRow } from './account-records.repo.ts';
import type { AccountsRepo } from './accounts.repo.ts';

export type AccountRecordsDeps = {
  repo: AccountRecordsRepo;
  accounts: Pick<AccountsRepo, 'allowLending' | 'find'>;
  audit: Pick<Audit, 'noting'>;
  registry: Pick<Registry, 'find' | 'list'>;
  /** Reads all accounts again: which of them may be lent. */
  refreshAll(): Promise<void>;
  clock: Clock;
  /** Time zone in which days begin. */
  zone: string;
  onError(error: unknown): void;
};

const DAY_MS = 86_400_000;
const KEPT_MS = 90 * DAY_MS;
const MOST_EVENTS = 1_000;
const TRIM_EVERY_MS = 3_600_000;
const LONGEST_RANGE_MS = 93 * DAY_MS;
const MOST_USES = 5_000;

export type AccountRecordsService = ReturnType<typeof createAccountRecordsService>;

/** What owners and admins look up about an account, and what admins allow about personal ones. */
export function createAccountRecordsService(deps: AccountRecordsDeps) {
  const { repo, accounts, audit, registry, refreshAll, clock, onError, zone } = deps;
  let cancel: (() => void) | null = null;

  /** Throws not_found for what is not the caller's. */
  async function checkOwn(me: Me, id: string): Promise<void> {
    const scope = can(me, 'accounts.read') ? 'all' : { ownerId: me.id };
    if (await accounts.find(id, scope)) return;
    throw new AppError(
      'not_found',
      'This account does not exist, or it is not yours to look into.',
    );
  }

  function trim() {
    cancel = clock.setTimer(TRIM_EVERY_MS, trim);
    repo.trim(new Date(clock.now() - KEPT_MS), MOST_EVENTS).catch(onError);
  }

  async function lendings(): Promise<PersonalLending[]> {
    const allowed = new Map((await repo.lendings()).map((row) => [row.platform_id, row]));
    return registry.list().map(({ id, name, termsUrl }) => {
      const row = allowed.get(id);
      return {
        platformId: id,
        platformName: name,
        termsUrl: termsUrl ?? null,
        allowed: row ? { by: row.allowed_by, at: row.allowed_at.toISOString() } : null,
      };
    });
  }

  return {
    /** What happened to an account, newest first. Throws not_found, and bad_request for a foreign cursor. */
    async history(me: Me, { cursor, id, limit }: AccountHistoryInput): Promise<AccountHistory> {
      await checkOwn(me, id);
      const before = cursor === undefined ? null : Id.safeParse(cursor);
      if (before && !before.success) {
        throw new AppError('bad_request', 'This page does not exist; begin with the first one.', {
          param: 'cursor',
        });
      }
      const rows = await repo.events(id, before?.data ?? null, limit + 1);
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      return { rows: page.map(toEvent), nextCursor: rows.length > limit && last ? last.id : null };
    },

    /** Who used an account for what. Throws not_found, and bad_request for more than 93 days. */
    async use(me: Me, { daily, from, id, to }: AccountUseInput): Promise<AccountUse> {
      await checkOwn(me, id);
      const range = [new Date(from), new Date(to)] as const;
      const ms = range[1].getTime() - range[0].getTime();
      if (ms < 0 || ms > LONGEST_RANGE_MS) {
        throw new AppError(
          'bad_request',
          'Ask for at most 93 days, from the earlier to the later.',
          {
            param: 'to',
          },
        );
      }
      const found = await repo.uses(id, {
        ...{ from: range[0], to: range[1], limit: MOST_USES + 1 },
        zone: daily ? zone : null,
      });
      const rows = found.slice(0, MOST_USES).map((row) => ({
        day: row.day,
        userId: row.user_id,
        userName: row.user_name,
        model: row.model,
        requests: row.requests,
        tokens: row.tokens,
        cost: row.cost,
        lastAt: row.last_at.toISOString(),
      }));
      return { rows, cut: found.length > MOST_USES };
    },

    personalLending: lendings,

    /** Allows lending personal accounts of a platform, or ends it at once. Throws not_found. */
    async allowPersonalLending(
      actor: Actor,
      { allowed, platformId }: AllowPersonalLending,
    ): Promise<PersonalLending[]> {
      const platform = registry.find(platformId);
      if (!platform) throw new AppError('not_found', `There is no platform "${platformId}".`);
      const tell = (is: { allowed: boolean }) => ({
        target: { kind: 'platform' as const, id: platformId, name: platform.name },
        facts: { allowed: is.allowed },
      });
      const by = allowed ? { by: actor.me.id, at: new Date(clock.now()) } : null;
      const noting = audit.noting(actor, 'accounts.allowPersonalLending', { tell });
      await accounts.allowLending(platformId, by, noting);
      await refreshAll();
      return lendings();
    },

    /** Trims the history now and every hour. */
    start: trim,
    close: () => cancel?.(),
  };
}

function toEvent(row: EventRow): AccountEventView {
  const isLoan = row.kind === 'lent' || row.kind === 'terms';
  return {
    id: row.id,
    at: row.at.toISOString(),
    kind: row.kind,
    state: AccountState.nullable().catch(null).parse(row.state),
    cause: AccountCause.nullable().catch(null).parse(row.cause),
    until: row.until?.toISOString() ?? null,
    upstreamModel: row.upstream_model,
    actorName: row.actor_name,
    message: row.kind === 'state' ? row.detail : null,
    loan: isLoan ? loanIn(row.detail) : null,
  };
}

function loanIn(detail: string | null): Loan | null {
  try {
    return Loan.parse(JSON.parse(detail ?? ''));
  } catch {
    return null;
  }
}
