import { AppError } from '#shared/errors.ts';
import type {
  AccountCreate,
  AccountTest,
  AccountUpdate,
  AccountView,
  UpstreamModels,
} from '#shared/schemas/accounts.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { Clock } from '../../infra/clock.ts';
import { type CallPlatform, needsKey, type Platform } from '../../platforms/platform.ts';
import type { Registry } from '../../platforms/registry.ts';
import { type AccountCipher, openKey, sealKey } from './account-secret.ts';
import type { Accounts } from './accounts.pool.ts';
import type { AccountChange, AccountRow, AccountsRepo, Scope } from './accounts.repo.ts';
import { testCall } from './test-call.ts';
import type { Upstream } from './upstream.ts';
import { fetchModels } from './upstream-models.ts';

export type AccountsDeps = {
  repo: AccountsRepo;
  pool: Pick<Accounts, 'coolingUntil' | 'refresh' | 'report'>;
  registry: Pick<Registry, 'find'>;
  cipher: AccountCipher;
  call: CallPlatform;
  /** The platform's name of a model that a route leads to there; null = none. */
  firstModelOn(platformId: string): string | null;
  clock: Clock;
  newId: () => string;
  /** Longest a test or a model list may take. */
  upstreamTimeoutMs?: number;
};

export type AccountsService = ReturnType<typeof createAccountsService>;

/** Accounts as people manage them. The key goes in and never comes out. */
export function createAccountsService(deps: AccountsDeps) {
  const { repo, pool, registry, cipher, call, clock, newId } = deps;
  const timeoutMs = deps.upstreamTimeoutMs ?? 30_000;
  const calling = new Set<string>();

  function toView(me: Me, row: AccountRow): AccountView {
    const mine = row.ownerId === me.id || me.role === 'admin';
    const cooling = row.state === 'active' ? pool.coolingUntil(row.id) : null;
    return {
      id: row.id,
      platformId: row.platformId,
      platformName: registry.find(row.platformId)?.name ?? row.platformId,
      name: row.name,
      ownerId: row.ownerId,
      ownerName: row.ownerName,
      mine,
      shared: row.shared,
      state: cooling === null ? row.state : 'cooling',
      coolingUntil: cooling === null ? null : new Date(cooling).toISOString(),
      secretHint: mine ? row.secretHint : '',
      options: row.options,
      lastError: mine ? row.lastError : null,
      lastErrorAt: mine ? iso(row.lastErrorAt) : null,
      lastUsedAt: iso(row.lastUsedAt),
      createdAt: row.createdAt.toISOString(),
    };
  }

  async function find(me: Me, id: string): Promise<AccountRow> {
    const row = await repo.find(id, scopeOf(me));
    if (!row) throw noAccount();
    return row;
  }

  async function written(me: Me, id: string): Promise<AccountView> {
    await pool.refresh([id]);
    return toView(me, await find(me, id));
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
    const sealed = await repo.sealedSecret(row.id, scopeOf(me));
    if (sealed === undefined) throw noAccount();
    const secret = openKey(cipher, row.id, sealed);
    return { platform, secret, sealed, options: row.options, call, timeoutMs };
  }

  return {
    /** Own and shared accounts; an admin sees all. */
    async list(me: Me): Promise<AccountView[]> {
      return (await repo.visible(scopeOf(me))).map((row) => toView(me, row));
    },

    /** Throws bad_request for an unknown platform or a missing key, conflict for a name already used there. */
    async create(me: Me, input: AccountCreate): Promise<AccountView> {
      const platform = registry.find(input.platformId);
      if (!platform) throw noPlatform(input.platformId);
      if (needsKey(platform) && !platform.keyOptional && input.apiKey === undefined) {
        throw new AppError('bad_request', `${platform.name} needs an API key.`, {
          param: 'apiKey',
        });
      }
      checkFit(platform, input);
      const id = newId();
      const refused = await repo.create({
        id,
        ownerId: me.id,
        platformId: platform.id,
        name: input.name,
        shared: input.shared,
        options: input.options,
        key: input.apiKey === undefined ? null : sealKey(cipher, id, input.apiKey),
      });
      if (refused === 'platform') throw noPlatform(platform.id);
      if (refused === 'name') throw nameTaken(input.name);
      return written(me, id);
    },

    /** Throws not_found for what is not the caller's, conflict and bad_request like `create`. */
    async update(me: Me, input: AccountUpdate): Promise<AccountView> {
      const row = await find(me, input.id);
      const platform = registry.find(row.platformId);
      if (platform) checkFit(platform, input);
      const state = nextState(row, input);
      const change: AccountChange = {
        ...(input.name !== undefined && { name: input.name }),
        ...(input.shared !== undefined && { shared: input.shared }),
        ...(input.options && { options: input.options }),
        ...(input.apiKey !== undefined && { key: sealKey(cipher, row.id, input.apiKey) }),
        ...(state !== row.state && { state }),
      };
      const refused = await repo.update(row.id, scopeOf(me), change);
      if (refused === 'absent') throw noAccount();
      if (refused === 'name') throw nameTaken(input.name ?? row.name);
      return written(me, row.id);
    },

    /** Throws not_found for what is not the caller's. The key is gone for good. */
    async delete(me: Me, id: string): Promise<null> {
      if (!(await repo.delete(id, scopeOf(me)))) throw noAccount();
      await pool.refresh([id]);
      return null;
    },

    /** A short real request; what went wrong is in the answer. Throws not_found and too_many_tries. */
    async test(me: Me, id: string): Promise<AccountTest> {
      const row = await find(me, id);
      return oneAtATime(row.id, async () => {
        const upstream = await upstreamOf(me, row);
        const { platform, sealed } = upstream;
        const model = deps.firstModelOn(platform.id) ?? platform.models[0] ?? null;
        const { result, outcome } = await testCall(upstream, model, clock);
        await pool.report({ id: row.id, secret: sealed }, outcome);
        return result;
      });
    },

    /** The platform's models for this account. Throws not_found, too_many_tries and like `fetchModels`. */
    async upstreamModels(me: Me, id: string): Promise<UpstreamModels> {
      const row = await find(me, id);
      return oneAtATime(row.id, async () => ({
        models: await fetchModels(await upstreamOf(me, row)),
      }));
    },
  };
}

function scopeOf(me: Me): Scope {
  return me.role === 'admin' ? 'all' : { ownerId: me.id };
}

/** A new key and switching on revive an expired account; only switching on wakes a disabled one. */
function nextState(row: AccountRow, input: AccountUpdate): AccountRow['state'] {
  if (input.enabled === false) return 'disabled';
  if (input.enabled === true) return 'active';
  return input.apiKey !== undefined && row.state === 'expired' ? 'active' : row.state;
}

function checkFit(platform: Platform, input: Pick<AccountUpdate, 'apiKey' | 'options'>): void {
  if (!needsKey(platform) && input.apiKey !== undefined) {
    throw new AppError('bad_request', `${platform.name} needs no key.`, { param: 'apiKey' });
  }
  if (platform.endpoints[0].baseUrl !== null && Object.keys(input.options ?? {}).length > 0) {
    const message = `These options are the sandbox's; ${platform.name} has none.`;
    throw new AppError('bad_request', message, { param: 'options' });
  }
}

function iso(time: Date | null): string | null {
  return time === null ? null : time.toISOString();
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
