import { AppError } from '#shared/errors.ts';
import { can } from '#shared/permissions.ts';
import {
  type AccountCreate,
  type AccountListInput,
  type AccountTest,
  type AccountUpdate,
  type AccountView,
  type Loan,
  NO_LOAN,
  type PolicyClass,
  type UpstreamModels,
} from '#shared/schemas/accounts.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { Clock } from '../../infra/clock.ts';
import { type CallPlatform, needsKey, type Platform } from '../../platforms/platform.ts';
import type { Registry } from '../../platforms/registry.ts';
import type { Actor, Audit, Told } from '../audit/index.ts';
import { type AccountCipher, openKey, sealKey } from './account-secret.ts';
import { type Standing, type StateEvent, step } from './account-state.ts';
import type { Accounts } from './accounts.pool.ts';
import type { AccountChange, AccountRow, AccountsRepo, NewEvent, Scope } from './accounts.repo.ts';
import { viewOf } from './accounts.view.ts';
import { checkPersonalLending, lendsPersonal } from './personal-lending.ts';
import { testCall } from './test-call.ts';
import type { Upstream } from './upstream.ts';
import { fetchModels } from './upstream-models.ts';

export type AccountsDeps = {
  repo: AccountsRepo;
  pool: Pick<Accounts, 'live' | 'proved' | 'refresh' | 'report'>;
  registry: Pick<Registry, 'find'>;
  cipher: AccountCipher;
  call: CallPlatform;
  audit: Pick<Audit, 'noting'>;
  /** The platform's name of a model that a route leads to there; null = none. */
  firstModelOn(platformId: string): string | null;
  clock: Clock;
  /** Time zone in which days begin. */
  zone: string;
  newId: () => string;
  /** Longest a test or a model list may take. */
  upstreamTimeoutMs?: number;
};

type Lent = { shared: boolean; policyClass: PolicyClass };

export type AccountsService = ReturnType<typeof createAccountsService>;

/** Accounts as people manage them. The key goes in and never comes out. */
export function createAccountsService(deps: AccountsDeps) {
  const { audit, repo, pool, registry, cipher, call, clock, newId, zone } = deps;
  const timeoutMs = deps.upstreamTimeoutMs ?? 30_000;
  const calling = new Set<string>();

  function toView(me: Me, row: AccountRow): AccountView {
    const platformName = registry.find(row.platformId)?.name ?? row.platformId;
    return viewOf(me, row, { now: clock.now(), live: pool.live(row.id), platformName, zone });
  }

  async function find(id: string, scope: Scope): Promise<AccountRow> {
    const row = await repo.find(id, scope);
    if (!row) throw noAccount();
    return row;
  }

  async function written(me: Me, id: string): Promise<AccountView> {
    await pool.refresh([id]);
    return toView(me, await find(id, toSee(me)));
  }

  /** Runs one upstream call for an account; a second one meanwhile is refused. */
  async function oneAtATime<Result>(id: string, work: () => Promise<Result>): Promise<Result> {
    if (calling.has(id)) {
      throw new AppError('too_many_tries', 'A test of this account is still running; wait for it.');
    }
    calling.add(id);
    try {
      return await work();
    } finally {
      calling.delete(id);
    }
  }

  async function upstreamOf(
    me: Me,
    row: AccountRow,
  ): Promise<Upstream & { sealed: string | null }> {
    const platform = registry.find(row.platformId);
    if (!platform) throw noPlatform(row.platformId);
    const sealed = await repo.sealedSecret(row.id, toChange(me));
    if (sealed === undefined) throw noAccount();
    const secret = openKey(cipher, row.id, sealed);
    const proxyId = await repo.proxyOf(row.id);
    return { platform, secret, sealed, options: row.options, proxyId, call, timeoutMs };
  }

  /** A new key and switching on revive an expired account; only switching on wakes a disabled one. */
  function standingAfter(row: AccountRow, { apiKey, enabled }: AccountUpdate): Standing {
    const then = (from: Standing, event: StateEvent) => step(from, event, clock.now(), zone);
    const renewed = apiKey === undefined ? row.standing : then(row.standing, { kind: 'rekeyed' });
    if (enabled === undefined) return renewed;
    return then(renewed, { kind: enabled ? 'enabled' : 'disabled' });
  }

  function lentEvent(me: Me, kind: NewEvent['kind'], loan: Loan): NewEvent {
    const detail = kind === 'withdrawn' ? null : JSON.stringify(loan);
    const event = { id: newId(), at: clock.now(), kind, actorId: me.id, detail };
    return { ...event, state: null, cause: null };
  }

  /** What the history tells of a person's change. */
  function eventsOf(me: Me, row: AccountRow, input: AccountUpdate, standing: Standing): NewEvent[] {
    const events: NewEvent[] = [];
    const { loan = row.loan, shared = row.shared } = input;
    if (shared !== row.shared) events.push(lentEvent(me, shared ? 'lent' : 'withdrawn', loan));
    else if (shared && input.loan) events.push(lentEvent(me, 'terms', loan));
    if (standing !== row.standing) {
      const { cause, state } = standing;
      const event = { id: newId(), at: clock.now(), kind: 'state' as const, actorId: me.id };
      events.push({ ...event, state, cause, detail: null });
    }
    return events;
  }

  /** Throws like `checkPersonalLending`, of which this is the way to ask. */
  async function checkLoan(platformId: string, was: Lent | null, will: Lent): Promise<void> {
    if (!lendsPersonal(will)) return;
    const name = registry.find(platformId)?.name ?? platformId;
    const allowed = await repo.mayLendPersonal(platformId);
    checkPersonalLending(was, will, { name, allowed });
  }

  return {
    /** Own and shared accounts; whoever may see others' sees all. With `ownerId` only that person's. */
    async list(me: Me, { ownerId }: AccountListInput): Promise<AccountView[]> {
      return (await repo.visible(toSee(me), ownerId)).map((row) => toView(me, row));
    },

    /** Throws bad_request for an unknown platform or a missing key, conflict for a name already used there. */
    async create(actor: Actor, input: AccountCreate): Promise<AccountView> {
      const { me } = actor;
      const platform = registry.find(input.platformId);
      if (!platform) throw noPlatform(input.platformId);
      if (platform.managed) {
        const message = `The accounts of the ${platform.name} are made by Gatehouse itself.`;
        throw new AppError('bad_request', message, { param: 'platformId' });
      }
      if (needsKey(platform) && !platform.keyOptional && input.apiKey === undefined) {
        throw new AppError('bad_request', `${platform.name} needs an API key.`, {
          param: 'apiKey',
        });
      }
      checkFit(platform, input);
      const { loan = NO_LOAN, maxConcurrency = null, policyClass = 'api_key', shared } = input;
      await checkLoan(platform.id, null, { shared, policyClass });
      const id = newId();
      const row = {
        id,
        ownerId: me.id,
        platformId: platform.id,
        name: input.name,
        shared,
        policyClass,
        maxConcurrency,
        loan,
        options: input.options,
        at: clock.now(),
        events: shared ? [lentEvent(me, 'lent', loan)] : [],
        key: input.apiKey === undefined ? null : sealKey(cipher, id, input.apiKey),
      };
      const refused = await repo.create(row, audit.noting(actor, 'accounts.create', { tell }));
      if (refused === 'platform') throw noPlatform(platform.id);
      if (refused === 'name') throw nameTaken(input.name);
      return written(me, id);
    },

    /** Throws not_found for what is not the caller's, conflict and bad_request like `create`. */
    async update(actor: Actor, input: AccountUpdate): Promise<AccountView> {
      const { me } = actor;
      const row = await find(input.id, toChange(me));
      const platform = registry.find(row.platformId);
      if (platform) checkFit(platform, input);
      const { policyClass = row.policyClass, shared = row.shared } = input;
      await checkLoan(row.platformId, row, { shared, policyClass });
      const standing = standingAfter(row, input);
      const change: AccountChange = {
        ...namedIn(input),
        ...(input.apiKey !== undefined && { key: sealKey(cipher, row.id, input.apiKey) }),
        ...(standing !== row.standing && { standing }),
        events: eventsOf(me, row, input, standing),
      };
      const also = { ...(input.apiKey !== undefined && { keyReplaced: true }) };
      const noting = audit.noting(actor, 'accounts.update', { tell, also });
      const refused = await repo.update({ id: row.id, scope: toChange(me) }, change, noting);
      if (refused === 'absent') throw noAccount();
      if (refused === 'name') throw nameTaken(input.name ?? row.name);
      return written(me, row.id);
    },

    /** Throws not_found for what is not the caller's. The key is gone for good. */
    async delete(actor: Actor, id: string): Promise<null> {
      const noting = audit.noting(actor, 'accounts.delete', { tell });
      if (!(await repo.delete({ id, scope: toChange(actor.me) }, noting))) throw noAccount();
      await pool.refresh([id]);
      return null;
    },

    /** A short real request; what went wrong is in the answer. Throws not_found and too_many_tries. */
    async test(me: Me, id: string): Promise<AccountTest> {
      const row = await find(id, toChange(me));
      return oneAtATime(row.id, async () => {
        const upstream = await upstreamOf(me, row);
        const { platform, sealed } = upstream;
        const model = deps.firstModelOn(platform.id) ?? platform.models[0] ?? null;
        const { result, outcome } = await testCall(upstream, model, clock);
        await pool.report({ id: row.id, secret: sealed }, outcome);
        // NOTE: some platforms show their models to anyone, so only a chat proves a key.
        if (result.ok && model !== null) await pool.proved({ id: row.id, secret: sealed });
        return result;
      });
    },

    /** The platform's models for this account. Throws not_found, too_many_tries and like `fetchModels`. */
    async upstreamModels(me: Me, id: string): Promise<UpstreamModels> {
      const row = await find(id, toChange(me));
      return oneAtATime(row.id, async () => ({
        models: await fetchModels(await upstreamOf(me, row)),
      }));
    },
  };
}

function toSee(me: Me): Scope {
  return can(me, 'accounts.read') ? 'all' : { ownerId: me.id };
}

function toChange(me: Me): Scope {
  return can(me, 'accounts.write') ? 'all' : { ownerId: me.id };
}

function tell({ id, name, ownerName, standing, ...row }: AccountRow): Told {
  const { loan, maxConcurrency, modelsOff, options, platformId, policyClass, shared } = row;
  const facts = { platform: platformId, name, owner: ownerName, state: standing.state, shared };
  return {
    target: { kind: 'account', id, name },
    facts: { ...facts, policyClass, maxConcurrency, loan, modelsOff, options },
  };
}

/** What of the columns a person named. */
function namedIn(input: AccountUpdate): Omit<AccountChange, 'events' | 'key' | 'standing'> {
  const { loan, maxConcurrency, modelsOff, name, options, policyClass, shared } = input;
  return {
    ...(name !== undefined && { name }),
    ...(shared !== undefined && { shared }),
    ...(policyClass && { policyClass }),
    ...(maxConcurrency !== undefined && { maxConcurrency }),
    ...(loan && { loan }),
    ...(modelsOff && { modelsOff: [...new Set(modelsOff)].sort() }),
    ...(options && { options }),
  };
}

function checkFit(platform: Platform, input: Omit<AccountUpdate, 'id'>): void {
  if (platform.managed) refuseOfManaged(platform, input);
  if (!needsKey(platform) && input.apiKey !== undefined) {
    throw new AppError('bad_request', `${platform.name} needs no key.`, { param: 'apiKey' });
  }
  if (platform.endpoints[0].baseUrl !== null && Object.keys(input.options ?? {}).length > 0) {
    const message = `These options are the sandbox's; ${platform.name} has none.`;
    throw new AppError('bad_request', message, { param: 'options' });
  }
}

/** It serves its person only, with the key it was given. */
function refuseOfManaged({ name }: Platform, input: Omit<AccountUpdate, 'id'>): void {
  const param = [
    input.apiKey !== undefined && 'apiKey',
    input.shared === true && 'shared',
    (input.policyClass ?? 'personal') !== 'personal' && 'policyClass',
  ].find((name) => name !== false);
  if (param === undefined) return;
  const message = `An account of the ${name} serves its person only, with the key that Gatehouse was given for them.`;
  throw new AppError('bad_request', message, { param });
}

function noAccount(): AppError {
  return new AppError('not_found', 'This account does not exist, or it is not yours to change.');
}

function noPlatform(id: string): AppError {
  const message = `There is no platform "${id}"; pick one from the list.`;
  return new AppError('bad_request', message, { param: 'platformId' });
}

function nameTaken(name: string): AppError {
  const message = `There is an account "${name}" on this platform already; choose another name.`;
  return new AppError('conflict', message, { param: 'name' });
}
