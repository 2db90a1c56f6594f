import { AppError } from '#shared/errors.ts';
import type { AccountUpdate } from '#shared/schemas/accounts.ts';
import type { CatalogueModel } from '../../gateway/ports.ts';
import type { Clock } from '../../infra/clock.ts';
import type { AccountsService } from '../accounts/index.ts';
import type { Audit, Told } from '../audit/index.ts';
import type { ContractAccount, ContractAccountsRepo } from './accounts.repo.ts';
import type { Flag } from './people.service.ts';
import { isPluginAdmin, type Requester, requireAdmin, requirePerson } from './requester.ts';
import { accountIdOf, cookieIdOf, derivedId, shareText, zoneless } from './wire-values.ts';

/** The platform whose accounts are the second family. */
export const KIRO = 'kiro';

export type ContractAccountsDeps = {
  repo: ContractAccountsRepo;
  accounts: Pick<AccountsService, 'delete' | 'update'>;
  pool: {
    /** What is left of a model's limit at an account, 0 to 1, and when it starts anew (epoch ms). */
    modelOf(asked: { accountId: string; platformId: string; upstreamModel: string }): {
      remaining: number;
      until: number | null;
    };
    refresh(ids: readonly string[]): Promise<void>;
  };
  /** Enabled models, by their public names. */
  models(): readonly CatalogueModel[];
  audit: Pick<Audit, 'noting'>;
  clock: Pick<Clock, 'now'>;
};

/** Of which family an account has to be: there each has its own addresses. */
export type Kind = 'any' | 'kiro';

/** Accounts as the Plug-in API has them: their owner's, or anybody's with the admin key. */
export function createContractAccounts(deps: ContractAccountsDeps) {
  const { accounts, audit, clock, pool, repo } = deps;

  /** Throws not_found for what does not exist, forbidden for another's. */
  async function find(who: Requester, cookieId: string, kind: Kind = 'any') {
    const id = accountIdOf(cookieId);
    const row = id === null ? null : await repo.find(id);
    if (!row || (kind === 'kiro' && row.platformId !== KIRO)) {
      throw new AppError('not_found', 'There is no such account.');
    }
    if (isPluginAdmin(who) || row.ownerId === who.me.id) return row;
    throw new AppError('forbidden', 'This account is not yours.');
  }

  /** Keys act for what is their person's only, whatever the person's role allows besides. */
  function within(who: Requester): Requester {
    return isPluginAdmin(who) ? who : { ...who, me: { ...who.me, permissions: [] } };
  }

  async function update(who: Requester, change: AccountUpdate): Promise<void> {
    await accounts.update(within(who), change).catch((thrown: unknown) => {
      throw asContractSays(thrown);
    });
  }

  function rowsOf(account: ContractAccount) {
    const { createdAt, id, modelsOff, platformId } = account;
    return deps.models().flatMap(({ name, routes }) => {
      const route = routes.find((each) => each.platformId === platformId);
      if (!route) return [];
      const asked = { accountId: id, platformId, upstreamModel: route.upstreamModel };
      const { remaining, until } = pool.modelOf(asked);
      const row = {
        quota_id: derivedId('quota', id, name),
        cookie_id: cookieIdOf(id),
        model_name: name,
        reset_time: zoneless(until),
        quota: shareText(remaining),
        status: modelsOff.includes(name) ? (0 as const) : (1 as const),
        last_fetched_at: new Date(clock.now()).toISOString(),
        created_at: createdAt.toISOString(),
      };
      return [{ row, remaining }];
    });
  }

  return {
    find,

    /** The caller's own, newest first. */
    async list(who: Requester, kind: Kind | 'others'): Promise<ContractAccount[]> {
      requirePerson(who);
      const rows = await repo.of(who.me.id);
      return rows.filter(({ platformId }) => (platformId === KIRO) === (kind === 'kiro'));
    },

    /** Switches it on or off. Resolves with whether that changed anything. */
    async setStatus(
      who: Requester,
      cookieId: string,
      { status, kind }: { status: Flag; kind?: Kind },
    ): Promise<boolean> {
      const row = await find(who, cookieId, kind);
      if (accountStatus(row) === status) return false;
      await update(who, { id: row.id, enabled: status === 1 });
      return true;
    },

    async rename(
      who: Requester,
      cookieId: string,
      { name, kind }: { name: string; kind?: Kind },
    ): Promise<void> {
      const row = await find(who, cookieId, kind);
      if (row.name !== name) await update(who, { id: row.id, name });
    },

    /** Lends it, or withdraws it. Resolves with whether that changed anything. */
    async setShared(who: Requester, cookieId: string, shared: boolean): Promise<boolean> {
      const row = await find(who, cookieId);
      if (row.shared === shared) return false;
      await update(who, { id: row.id, shared });
      return true;
    },

    async delete(who: Requester, cookieId: string, kind?: Kind): Promise<void> {
      const { id } = await find(who, cookieId, kind);
      await accounts.delete(within(who), id);
    },

    /** What is left of each model, the least first. */
    async quotas(who: Requester, cookieId: string) {
      const rows = rowsOf(await find(who, cookieId));
      return rows.sort((a, b) => a.remaining - b.remaining).map(({ row }) => row);
    },

    /** The scarcest of its models: what is left of it, 0 to 1, and when it starts anew. */
    scarcest(account: ContractAccount): { share: number; until: string | null } {
      const [least] = rowsOf(account).sort((a, b) => a.remaining - b.remaining);
      return { share: least?.remaining ?? 1, until: least?.row.reset_time ?? null };
    },

    /** Switches one model on or off for it. Throws not_found for a model that it does not serve. */
    async setModelStatus(
      who: Requester,
      cookieId: string,
      { model, status }: { model: string; status: Flag },
    ): Promise<void> {
      const account = await find(who, cookieId);
      if (!rowsOf(account).some(({ row }) => row.model_name === model)) {
        throw new AppError('not_found', 'This account has no such model.');
      }
      const noting = audit.noting(who, 'accounts.update', { tell });
      const change = { id: account.id, model, off: status === 0 };
      if (!(await repo.switchModel(change, noting))) {
        throw new AppError('not_found', 'There is no such account.');
      }
      await pool.refresh([account.id]);
    },

    /** Models of all accounts of which less than the threshold is left, but not nothing; the least first. */
    async low(who: Requester, threshold: number) {
      requireAdmin(who);
      const all = (await repo.serving()).flatMap((account) =>
        rowsOf(account).map((found) => ({ ...found, account })),
      );
      return all
        .filter(({ remaining, row }) => row.status === 1 && remaining > 0 && remaining < threshold)
        .sort((a, b) => a.remaining - b.remaining)
        .map(({ account, row }) => ({
          ...row,
          user_id: account.ownerId,
          is_shared: account.shared ? (1 as const) : (0 as const),
        }));
    },
  };
}

/** Off is what a person switched off; one that rests or has expired is not. */
export function accountStatus({ state }: Pick<ContractAccount, 'state'>): Flag {
  return state === 'disabled' ? 0 : 1;
}

/** What may not be done with an account is a mistake of the request there, not of who asks. */
function asContractSays(thrown: unknown): unknown {
  if (!(thrown instanceof AppError) || thrown.code !== 'forbidden') return thrown;
  return new AppError('bad_request', thrown.message, { cause: thrown });
}

function tell({ id, modelsOff, name }: ContractAccount): Told {
  return { target: { kind: 'account', id, name }, facts: { modelsOff } };
}
