import { AppError } from '#shared/errors.ts';
import { can, requirePermission } from '#shared/permissions.ts';
import type { AuditAction } from '#shared/schemas/audit.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type {
  VaultCalendar,
  VaultCalendarInput,
  VaultChoices,
  VaultDetail,
  VaultHistory,
  VaultHistoryInput,
  VaultInfoAsk,
  VaultListInput,
  VaultPage,
  VaultRefreshed,
  VaultReplace,
  VaultRevealed,
  VaultSchedule,
  VaultUpdate,
  VaultView,
} from '#shared/schemas/vault.ts';
import type { Clock } from '../../infra/clock.ts';
import { type Actor, type Audit, by, type Told } from '../audit/index.ts';
import { type Proven, requireRecentProof } from '../sessions/index.ts';
import type { Vault } from '../vault/index.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { keyKindOf, type Scope, type VaultListRepo } from './list.repo.ts';
import type { Change, ConsoleRow, VaultConsoleRepo } from './vault-console.repo.ts';
import { viewOf } from './vault-view.ts';

export type VaultConsoleDeps = {
  repo: VaultConsoleRepo;
  list: VaultListRepo;
  vault: Pick<
    Vault,
    | 'accessTokenOf'
    | 'refresh'
    | 'refreshInfo'
    | 'refreshTokenOf'
    | 'replace'
    | 'saveSettings'
    | 'settings'
  >;
  audit: Pick<Audit, 'note' | 'noting'>;
  clock: Pick<Clock, 'now'>;
  platformName(id: string): string;
};

const LONGEST_CALENDAR_MS = 43 * 86_400_000;

/** The vault as people see it in the console: their own accounts, or everybody's. */
export function createVaultConsoleService(deps: VaultConsoleDeps) {
  const { audit, clock, list, platformName, repo, vault } = deps;

  async function views(me: Me, ids: readonly string[]): Promise<VaultView[]> {
    const all = toChange(me) === 'all';
    return (await repo.rows(ids)).map((row) =>
      viewOf(row, {
        platformName: platformName(row.account.platformId),
        mayChange: all || row.account.ownerId === me.id,
      }),
    );
  }

  /** @throws AppError not_found, for another's account too. */
  async function view(me: Me, id: string, scope: Scope): Promise<VaultView> {
    const there = await repo.find({ id, scope });
    const [found] = there === null ? [] : await views(me, [id]);
    if (!found) throw noAccount();
    return found;
  }

  /** Writes down that something was done with an account. */
  const note = (actor: Actor, action: AuditAction, { bizId, id }: VaultView, after: object) =>
    repo.inTx((tx) =>
      audit.note(tx, {
        ...by(actor, actor.me),
        action,
        target: { kind: 'account', id, name: bizId },
        after: { ...after },
      }),
    );

  /** @throws AppError bad_request when the proxy or client cannot be given to the account. */
  async function checkWay(account: VaultView, { clientId, proxyId }: Change): Promise<void> {
    const isNew = (id: string | null | undefined, has: { id: string } | null) =>
      id !== undefined && id !== null && id !== has?.id;
    if (isNew(proxyId, account.proxy) && !(await repo.hasProxy(proxyId ?? ''))) {
      throw new AppError('bad_request', 'There is no such proxy, or it is switched off.', {
        param: 'proxyId',
      });
    }
    if (!isNew(clientId, account.client)) return;
    if ((await repo.platformOfClient(clientId ?? '')) !== account.platformId) {
      throw new AppError('bad_request', 'The platform has no such OAuth client.', {
        param: 'clientId',
      });
    }
  }

  return {
    /** Those that fit, a page at a time. @throws AppError bad_request for a foreign cursor. */
    async list(me: Me, { cursor, ...query }: VaultListInput): Promise<VaultPage> {
      const scope = toSee(me);
      const after = cursor === undefined ? null : readCursor(cursor, keyKindOf(query.sort));
      const [found, total] = await Promise.all([
        list.page({ ...query, scope, after, limit: query.limit + 1 }),
        list.count({ scope, filter: query.filter }),
      ]);
      const places = found.slice(0, query.limit);
      const last = found.length > query.limit ? places.at(-1) : undefined;
      const rows = await views(
        me,
        places.map(({ id }) => id),
      );
      return { rows, total, nextCursor: last ? writeCursor(last) : null };
    },

    /** @throws AppError not_found, for another's account too. */
    async get(me: Me, id: string): Promise<VaultDetail> {
      const found = await view(me, id, toSee(me));
      const infos = await repo.infos(id);
      return {
        ...found,
        userInfo: json(infos?.userInfo),
        accountInfo: json(infos?.accountInfo),
      };
    },

    /** @throws AppError not_found, conflict (business id taken, or the token is no good), bad_request. */
    async update(actor: Actor, { id, ...input }: VaultUpdate): Promise<VaultView> {
      const { me } = actor;
      const scope = toChange(me);
      const change = tidied(input);
      await checkWay(await view(me, id, scope), change);
      const refused = await repo.update(
        { id, scope },
        change,
        { at: new Date(clock.now()), actorId: me.id },
        audit.noting(actor, 'vault.update', { tell }),
      );
      if (refused === 'absent') throw noAccount();
      if (refused === 'taken') throw bizIdTaken();
      if (refused === 'dead') {
        const text = 'The platform takes its refresh token no more: give it a new one first.';
        throw new AppError('conflict', text, { param: 'enabled' });
      }
      return view(me, id, scope);
    },

    /** Tries at refreshing, the newest first. @throws AppError not_found, bad_request. */
    async history(me: Me, { cursor, id, limit }: VaultHistoryInput): Promise<VaultHistory> {
      await view(me, id, toSee(me));
      const after = cursor === undefined ? null : readCursor(cursor, 'time');
      if (after && !Number.isFinite(Date.parse(after.key))) return { rows: [], nextCursor: null };
      const found = await repo.history(id, after, limit + 1);
      const rows = found.slice(0, limit);
      const last = found.length > limit ? rows.at(-1) : undefined;
      return { rows, nextCursor: last ? writeCursor({ key: last.at, id: last.id }) : null };
    },

    /** Asks the platform for new tokens now. @throws AppError not_found, forbidden (switched off). */
    async refresh(actor: Actor, id: string): Promise<VaultRefreshed> {
      const account = await view(actor.me, id, toChange(actor.me));
      const result = await vault.refresh(id, { trigger: 'person', by: actor.me.id });
      await note(actor, 'vault.refresh', account, { outcome: result.outcome });
      const { expiresAt, outcome, text } = result;
      return { outcome, text, expiresAt: expiresAt?.toISOString() ?? null };
    },

    /** Asks the platform who the account is. @throws AppError not_found, bad_request, upstream_failed. */
    async refreshInfo(actor: Actor, { id, which }: VaultInfoAsk): Promise<VaultDetail> {
      const account = await view(actor.me, id, toChange(actor.me));
      await vault.refreshInfo(id, which);
      await note(actor, 'vault.refreshInfo', account, { which });
      const [found, infos] = await Promise.all([
        view(actor.me, id, toChange(actor.me)),
        repo.infos(id),
      ]);
      return { ...found, userInfo: json(infos?.userInfo), accountInfo: json(infos?.accountInfo) };
    },

    /** Another refresh token in place of the present one. @throws AppError not_found, conflict. */
    async replace(actor: Actor, { id, refreshToken }: VaultReplace): Promise<VaultView> {
      const account = await view(actor.me, id, toChange(actor.me));
      await vault.replace(id, { refreshToken });
      const now = await view(actor.me, id, toChange(actor.me));
      await note(actor, 'vault.replace', account, { token: now.refreshMark });
      return now;
    },

    /** The access token in clear. @throws AppError step_up_needed, not_found. */
    async revealAccess(actor: Actor & Proven, id: string): Promise<VaultRevealed> {
      requireRecentProof(actor);
      const account = await view(actor.me, id, toReveal(actor.me));
      const token = await vault.accessTokenOf(id);
      if (token === null) throw new AppError('not_found', 'It has no access token: refresh it.');
      await note(actor, 'vault.revealAccess', account, { shown: true });
      return { token };
    },

    /**
     * The refresh token in clear: whoever has it has the account.
     * @throws AppError step_up_needed, not_found; forbidden for another's without `vault.reveal`.
     */
    async revealRefresh(actor: Actor & Proven, id: string): Promise<VaultRevealed> {
      requireRecentProof(actor);
      const account = await view(actor.me, id, toReveal(actor.me));
      if (account.ownerId !== actor.me.id) requirePermission(actor.me, 'vault.reveal');
      const token = await vault.refreshTokenOf(id);
      if (token === null) throw noAccount();
      await note(actor, 'vault.revealRefresh', account, { token: account.refreshMark });
      return { token };
    },

    /** What an account may be given, and what lists may be narrowed to. */
    async choices(me: Me): Promise<VaultChoices> {
      const { clients, platforms, proxies } = await repo.choices(toSee(me));
      const named = platforms.map((id) => ({ id, name: platformName(id) }));
      return { proxies, clients, platforms: named };
    },

    schedule: (): VaultSchedule => vault.settings(),

    /** Of every server, at once. */
    async saveSchedule(actor: Actor, input: VaultSchedule): Promise<VaultSchedule> {
      const before = vault.settings();
      await repo.inTx(async (tx) => {
        await audit.note(tx, {
          ...by(actor, actor.me),
          action: 'vault.saveSchedule',
          target: { kind: 'settings', id: 'vault', name: 'vault' },
          before,
          after: input,
        });
        // Last: nothing changes that could not be noted.
        await vault.saveSettings(input);
      });
      return vault.settings();
    },

    /** Counts of days that have any. @throws AppError bad_request. */
    async calendar(me: Me, input: VaultCalendarInput): Promise<VaultCalendar> {
      const [from, before] = [new Date(input.from), new Date(input.before)];
      const length = before.getTime() - from.getTime();
      if (!(length > 0 && length <= LONGEST_CALENDAR_MS)) {
        throw new AppError('bad_request', 'A calendar is of six weeks at most.', {
          param: 'before',
        });
      }
      return list.calendar(toSee(me), { from, before, zone: knownZone(input.zone) });
    },
  };
}
export type VaultConsoleService = ReturnType<typeof createVaultConsoleService>;

function toSee(me: Me): Scope {
  return can(me, 'accounts.read') || toChange(me) === 'all' ? 'all' : { ownerId: me.id };
}

function toChange(me: Me): Scope {
  const all = can(me, 'vault.write') || can(me, 'accounts.write');
  return all ? 'all' : { ownerId: me.id };
}

function toReveal(me: Me): Scope {
  const all = can(me, 'vault.write') || can(me, 'vault.reveal');
  return all ? 'all' : { ownerId: me.id };
}

/** @throws AppError bad_request for one that PostgreSQL might not know. */
function knownZone(zone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    throw new AppError('bad_request', 'There is no such time zone.', { param: 'zone' });
  }
}

function tidied({ tags, ...input }: Omit<VaultUpdate, 'id'>): Change {
  const named = Object.fromEntries(
    Object.entries(input).filter(([, value]) => value !== undefined),
  ) as Change;
  return { ...named, ...(tags && { tags: [...new Set(tags)].sort() }) };
}

function tell({
  account,
  accountId,
  bizId,
  client,
  memo,
  proxy,
  tags,
  autoRefresh,
}: ConsoleRow): Told {
  const facts = { bizId, tags, memo, autoRefresh, state: account.state };
  return {
    target: { kind: 'account', id: accountId, name: bizId },
    facts: { ...facts, proxy: proxy?.name ?? null, client: client?.name ?? null },
  };
}

function json(value: unknown): VaultDetail['userInfo'] {
  return (value ?? null) as VaultDetail['userInfo'];
}

function noAccount(): AppError {
  return new AppError(
    'not_found',
    'This account is not in the vault any more. Load the list again.',
  );
}

function bizIdTaken(): AppError {
  return new AppError('conflict', 'Another account has this business id.', { param: 'bizId' });
}
