import { AppError } from '#shared/errors.ts';
import type { AccountPool, Borrowed, Candidate, Outcome, Target } from '../../gateway/ports.ts';
import type { Clock } from '../../infra/clock.ts';
import { type Changes, createReloader } from '../../infra/reloader.ts';
import { maskError } from '../../platforms/mask-error.ts';
import { createLoads } from './account-loads.ts';
import { type AccountCipher, openKey } from './account-secret.ts';
import { phaseOf, type Standing, type StateEvent } from './account-state.ts';
import type { AccountPoolRepo, UsableAccount } from './accounts.pool.repo.ts';
import { createLentUse } from './lent-use.ts';
import { createPoolLook } from './pool-look.ts';
import { createPoolMembers } from './pool-members.ts';
import { createProofs } from './proofs.ts';
import { type Concerned, createStandings } from './standings.ts';
import { createUseNotes } from './use-notes.ts';

/** Who wants to know: what one person may use, or what anyone may. */
export type Viewer = { userId: string } | 'all';

/** How many accounts of a platform could serve the viewer now. */
export type ReadyAccounts = (platformId: string, viewer: Viewer) => number;

/** See features/vault. */
export type TokenRenewal = {
  /** After a refusal: whether there is another access token now. Takes seconds at most. */
  renew(accountId: string, usedSecret: string | null): Promise<boolean>;
  /** The access token ends soon or has ended: resolves within seconds, whatever came of it. */
  ahead(accountId: string): Promise<void>;
  /** The platform answered well with this sealed access token. */
  worked(accountId: string, sealed: string | null): void;
};

/** An access token that ends within this is renewed while it is still used, and before it is used. */
const SOON_MS = 60_000;
const ENDING_MS = 2_000;

export type PoolDeps = {
  repo: AccountPoolRepo;
  cipher: AccountCipher;
  changes: Changes<'accounts' | 'users'>;
  clock: Clock;
  /** Time zone in which days begin. */
  zone: string;
  newId: () => string;
  /** One name for the models of a platform that share a limit there. */
  quotaGroup(platformId: string, upstreamModel: string): string;
  /** Renews the access tokens that are secrets of accounts of the vault; absent = there are none. */
  renewal?: TokenRenewal;
  /** Told of reads and writes that failed; the pool goes on with what it knows. */
  onError(error: unknown): void;
};

/** How an account fares in this process. */
export type Live = {
  standing: Standing;
  /** Of its quota groups that rest while the account itself does not. */
  models: Readonly<Record<string, Standing>>;
  busy: number;
  /** 0 to 1, the scarcest limit that its platform told of; null = it told of none. */
  remaining: number | null;
  /** Tokens that others used today; 0 unless the loan has a limit. */
  lentToday: number;
};

export type Accounts = AccountPool & {
  ready: ReadyAccounts;
  live(accountId: string): Live;
  /** The limit at the platform that counts for the model: its name, and what is left, 0 to 1; 1 when not told. */
  quotaOf(lent: Borrowed): { name: string; remaining: number };
  /** How a model of an account stands: what is left of its limit, and until when it rests or that counts (epoch ms). */
  modelOf(asked: Borrowed): { remaining: number; until: number | null };
  /** When an account that rests returns, epoch ms; null = it does not rest. */
  coolingUntil(accountId: string): number | null;
  /** Learns from a call made outside the request path, such as a person's test. */
  report(account: Concerned, outcome: Outcome): Promise<void>;
  /** Notes that its platform answered a request with its key. */
  proved(account: Concerned): Promise<void>;
  /** Reads these accounts again now, without waiting for the event to come round. */
  refresh(ids: readonly string[]): Promise<void>;
  refreshAll(): Promise<void>;
  /** Listens for changes and reads all accounts. Rejects like the database. */
  start(): Promise<void>;
  /** Writes the notes that wait and stops listening. */
  close(): Promise<void>;
};

/** NOTE: on the target itself, for a table of what comes and goes with each request costs more (infra/roll.ts). */
type TakenTarget = Target & { call: Taken | null };

type Taken = {
  account: UsableAccount;
  /** The quota group of the model. */
  group: string;
  secret: string | null;
  at: number;
  probe: boolean;
};

/** All accounts that nobody switched off, in memory: who may use them, and how they fare. */
export function createAccountPool(deps: PoolDeps): Accounts {
  const { repo, cipher, changes, clock, newId, onError, quotaGroup, renewal, zone } = deps;
  const members = createPoolMembers(repo);
  const notes = createUseNotes(repo, clock);
  const loads = createLoads(clock);
  const proofs = createProofs({ repo, clock, onError });
  const opened = new WeakMap<UsableAccount, string | null>();
  /** Whose access token is known to work: a new one is another object. */
  const worked = new WeakSet<UsableAccount>();
  const stops: (() => void)[] = [];
  const reloader = createReloader({
    async load(ids) {
      standings.load((await members.load(ids)).map(byGroup));
    },
    clock,
    onError,
  });
  const reload = (ids: readonly string[] | null) => reloader.reload(ids);
  const reloadLater = (ids: readonly string[] | null) => void reload(ids).catch(() => undefined);
  const { touch } = members;
  const standings = createStandings({ repo, clock, zone, newId, reload, changed: touch, onError });
  const limited = () =>
    members
      .all()
      .filter(isLimited)
      .map(({ id }) => id);
  const lentUse = createLentUse({ repo, clock, zone, limited, onError });
  const looking = createPoolLook({ members, standings, loads, lentUse, clock, zone, quotaGroup });

  /** A model that joined a group since it was stored no longer rests alone. */
  function byGroup(account: UsableAccount): UsableAccount {
    const isGroup = ([name]: [string, Standing]) => quotaGroup(account.platformId, name) === name;
    return {
      ...account,
      models: Object.fromEntries(Object.entries(account.models).filter(isGroup)),
    };
  }

  // No ids means: any of them.
  const heard = ({ ids }: { ids: readonly string[] }) => reloadLater(ids.length > 0 ? ids : null);

  function* usableBy(viewer: Viewer, platformId: string) {
    for (const account of members.onPlatform(platformId)) {
      if (viewer === 'all' || account.shared || account.ownerId === viewer.userId) yield account;
    }
  }

  function secretOf(account: UsableAccount): string | null {
    let secret = opened.get(account);
    if (secret === undefined) {
      secret = openKey(cipher, account.id, account.secret);
      opened.set(account, secret);
    }
    return secret;
  }

  /** Applies what became of a call; resolves when what must be stored is stored. */
  async function learn(
    account: Concerned,
    group: string | null,
    call: { at: number; secret: string | null },
    outcome: Outcome,
  ): Promise<void> {
    const message = 'message' in outcome ? maskError(outcome.message, call.secret) : null;
    if (outcome.kind !== 'unauthorised') notes.add(account.id, message);
    const scope = 'scope' in outcome && outcome.scope === 'model' ? group : null;
    const event = eventOf(outcome, call.at);
    if (!event) return;
    // Both at once: the next request must find both as they are now.
    const ofGroup =
      event.kind === 'succeeded' && group !== null
        ? standings.apply(account, group, event, null)
        : null;
    await Promise.all([ofGroup, standings.apply(account, scope, event, message)]);
  }

  /** Whether a candidate may still be taken: it must be there, lent if it was chosen as lent, and not full. */
  function takeable({ accountId, own }: Candidate, group: string): UsableAccount {
    const account = members.find(accountId);
    if (!account || (!own && !account.shared)) {
      throw new AppError('no_account', 'The chosen account is no longer available; try again.');
    }
    const { maxConcurrency: most } = account;
    if (most !== null && loads.busy(accountId) >= most) {
      throw new AppError('no_account', 'The chosen account became busy meanwhile; try again.');
    }
    if (typeof looking.fitness(account, group) !== 'string') {
      throw new AppError('no_account', 'The chosen account began to rest meanwhile; try again.');
    }
    return account;
  }

  /** To be waited for, for moments, where the token has ended; one that ends soon is renewed meanwhile. */
  function renewedFirst({ id, renewable }: UsableAccount): Promise<void> | null {
    const left = (renewable?.endsAt ?? Number.POSITIVE_INFINITY) - clock.now();
    if (!renewal || left > SOON_MS) return null;
    const renewing = renewal.ahead(id);
    return left > ENDING_MS ? null : renewing;
  }

  function noteWorked(account: UsableAccount): void {
    if (!renewal || !account.renewable || worked.has(account)) return;
    worked.add(account);
    renewal.worked(account.id, account.secret);
  }

  return {
    consider: looking.consider,

    async take(candidate) {
      const { platformId, upstreamModel } = candidate;
      const group = quotaGroup(platformId, upstreamModel);
      let account = takeable(candidate, group);
      const renewing = renewedFirst(account);
      // NOTE: without it nothing may come between the look and the count of what runs.
      if (renewing) {
        await renewing;
        account = takeable(candidate, group);
      }
      let secret: string | null;
      try {
        secret = secretOf(account);
      } catch (error) {
        onError(error);
        members.drop(account.id, account.secret);
        const message = 'The stored key cannot be opened; its owner must enter it again.';
        notes.add(account.id, message);
        throw new AppError('no_account', message, { cause: error });
      }
      const { id: accountId, options, proxyId } = account;
      const probe = looking.fitness(account, group) === 'probe';
      loads.begin(accountId, probe);
      const call = { account, group, secret, at: clock.now(), probe };
      const taken = { accountId, platformId, upstreamModel, secret, options, proxyId };
      const target: TakenTarget = { ...taken, call };
      return target;
    },

    async renew(target) {
      const { call } = target as TakenTarget;
      if (!call?.account.renewable || !renewal) return false;
      if (!(await renewal.renew(call.account.id, call.secret))) return false;
      const account = members.find(call.account.id);
      const secret = account ? secretOf(account) : null;
      if (!account || secret === null || secret === call.secret) return false;
      // What becomes of the call is about the new token from here on.
      Object.assign(call, { account, secret, at: clock.now() });
      target.secret = secret;
      return true;
    },

    answering(target, limits) {
      const { call } = target as TakenTarget;
      if (!call) return;
      noteWorked(call.account);
      void learn(call.account, call.group, call, { kind: 'ok' });
      void proofs.add(call.account);
      if (!limits) return;
      loads.report(call.account.id, call.group, limits);
      if (limits.remaining > 0 || limits.resetAt === null) return;
      // NOTE: platforms count by model or family, and an account that has nothing left of one serves others.
      const event = { kind: 'used-up' as const, resetAt: limits.resetAt };
      void standings.apply(call.account, call.group, event, null);
    },

    finish(target, outcome) {
      const { call } = target as TakenTarget;
      if (!call) return;
      (target as TakenTarget).call = null;
      const { id, maxConcurrency: most } = members.find(call.account.id) ?? call.account;
      const wasFull = call.probe || (most !== null && loads.busy(id) >= most);
      loads.end(id, call.probe);
      if (wasFull) touch(id);
      void learn(call.account, call.group, call, outcome);
    },

    ready(platformId, viewer) {
      const now = clock.now();
      let count = 0;
      for (const { id } of usableBy(viewer, platformId)) {
        const phase = phaseOf(standings.of(id), now);
        if (phase === 'ready' || phase === 'half-open') count += 1;
      }
      return count;
    },

    live: (id) => ({
      standing: standings.of(id),
      models: standings.modelsOf(id),
      busy: loads.busy(id),
      remaining: loads.remaining(id),
      lentToday: lentUse.of(id),
    }),

    quotaOf({ accountId, platformId, upstreamModel }) {
      const group = quotaGroup(platformId, upstreamModel);
      return {
        name: `${accountId} ${group}`,
        remaining: loads.remaining(accountId, group) ?? 1,
      };
    },

    modelOf({ accountId: id, platformId, upstreamModel }) {
      const group = quotaGroup(platformId, upstreamModel);
      const now = clock.now();
      const resting = [standings.of(id), standings.of(id, group)].filter(
        (standing) => phaseOf(standing, now) === 'resting',
      );
      const ends = resting.flatMap(({ until }) => until ?? []);
      const isUsedUp = resting.some(({ state }) => state === 'exhausted');
      return {
        remaining: isUsedUp ? 0 : (loads.remaining(id, group) ?? 1),
        until: ends.length > 0 ? Math.max(...ends) : loads.resetAt(id, group),
      };
    },

    coolingUntil(id) {
      const { until } = standings.of(id);
      return until !== null && until > clock.now() ? until : null;
    },

    proved: proofs.add,

    report(account, outcome) {
      const secret = openKey(cipher, account.id, account.secret);
      return learn(account, null, { at: clock.now(), secret }, outcome);
    },

    refresh: reload,
    refreshAll: () => reload(null),

    start() {
      stops.push(
        changes.on('accounts', heard),
        changes.on('users', heard),
        changes.onGap(() => reloadLater(null)),
      );
      lentUse.start();
      return reload(null);
    },

    async close() {
      for (const stop of stops.splice(0)) stop();
      reloader.close();
      lentUse.close();
      await standings.settled();
      await notes.flush();
    },
  };
}

function isLimited({ shared, terms }: UsableAccount): boolean {
  return shared && terms.tokensPerDay !== null;
}

function eventOf(outcome: Outcome, takenAt: number): StateEvent | null {
  switch (outcome.kind) {
    case 'ok':
      return { kind: 'succeeded', takenAt };
    case 'neutral':
      return null;
    case 'unauthorised':
      return { kind: 'failed', takenAt, cause: 'credential', returnsAt: null };
    case 'rate_limited':
    case 'failed':
      return { kind: 'failed', takenAt, cause: outcome.cause, returnsAt: outcome.returnsAt };
  }
}
