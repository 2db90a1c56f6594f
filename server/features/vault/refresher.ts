import { AppError } from '#shared/errors.ts';
import type { Clock } from '../../infra/clock.ts';
import { sha256hex } from '../../infra/ids.ts';
import type { Outbound } from '../../infra/outbound/index.ts';
import type { Changes } from '../../infra/reloader.ts';
import { type AccountCipher, sealKey } from '../accounts/index.ts';
import type { TokenRecord } from './chain.ts';
import { nextAfterFailure, nextAfterSuccess } from './plan.ts';
import type { Claimed, Looked, RefreshStore } from './refresh-store.ts';
import type { Refusal } from './refresh-writes.ts';
import type { Exchange, TokenAnswer, Tokens } from './token-endpoint.ts';
import type { TokenJournal } from './token-journal.ts';
import {
  type Asked,
  isFinal,
  type RefreshFailure,
  type RefreshResult,
  type VaultSettings,
} from './vault.types.ts';
import { openClient, openSealed, sealRefresh } from './vault-seals.ts';

export type RefresherDeps = {
  store: Pick<RefreshStore, 'claim' | 'look' | 'refuse' | 'release'>;
  journal: Pick<TokenJournal, 'asking' | 'keep' | 'server' | 'settled'>;
  exchange: Exchange;
  cipher: AccountCipher;
  /** The way through a proxy. Throws AppError proxy_failed; never the direct way. */
  proxy(id: string): Promise<Pick<Outbound, 'request'>> | Pick<Outbound, 'request'>;
  changes: Pick<Changes<'accounts'>, 'on'>;
  settings(): VaultSettings;
  clock: Clock;
  /** 0 to 1. */
  random(): number;
  newId(): string;
  /** Told of every refresh that this server made. */
  onDone(claimed: Claimed, result: RefreshResult): void;
  onError(error: unknown): void;
  times?: Partial<RefreshTimes>;
};

export type RefreshTimes = {
  /** Longest a platform may take. */
  askMs: number;
  /** How long a server that refreshes is believed to be alive; longer than `askMs`. */
  holdMs: number;
  /** How long others wait for a server that stopped meanwhile to come back with what it got. */
  graceMs: number;
  /** Longest anybody waits for another one's refresh. */
  waitMs: number;
};

export const TIMES: RefreshTimes = {
  askMs: 30_000,
  holdMs: 90_000,
  graceMs: 600_000,
  waitMs: 45_000,
};

const LOOK_AGAIN_MS = 1_000;

export type Refresher = ReturnType<typeof createRefresher>;

/** Refreshes accounts: once at a time each, in this process and on all servers together. */
export function createRefresher(deps: RefresherDeps) {
  const { changes, cipher, clock, exchange, journal, newId, store } = deps;
  const times = { ...TIMES, ...deps.times };
  const claimant = { server: journal.server, holdMs: times.holdMs, graceMs: times.graceMs };
  const flights = new Map<string, Promise<RefreshResult>>();
  const beside = new Set<Promise<RefreshResult>>();

  /** One flight for each account; whoever comes meanwhile joins it. */
  function fly(accountId: string, work: () => Promise<RefreshResult>): Promise<RefreshResult> {
    const running = flights.get(accountId);
    if (running) return running;
    const flight = work().finally(() => flights.delete(accountId));
    flights.set(accountId, flight);
    return flight;
  }

  async function refreshOne(accountId: string, asked: Asked): Promise<RefreshResult> {
    const startedAt = clock.now();
    await journal.settled(accountId);
    for (let waited = false; ; waited = true) {
      const looked = await look(accountId);
      const known = resultKnown(looked, asked, { startedAt, waited });
      if (known) return known;
      const claimed =
        looked.claimed === 'no' ? await store.claim(accountId, looked.generation, claimant) : null;
      if (claimed) return ask(claimed, asked);
      const isLate = clock.now() - startedAt >= times.waitMs;
      if (isLate || looked.claimed === 'abandoned') return busy(looked);
      await change(accountId);
    }
  }

  async function look(accountId: string): Promise<Looked> {
    const looked = await store.look(accountId, times.graceMs);
    if (!looked) throw new AppError('not_found', 'There is no such account in the vault.');
    if (looked.state === 'disabled') {
      throw new AppError('forbidden', 'This account is switched off; switch it on first.');
    }
    return looked;
  }

  /** Resolves when the account changed, or after a while. */
  function change(accountId: string): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        stop();
        resolve();
      };
      const cancel = clock.setTimer(LOOK_AGAIN_MS, end);
      const stop = changes.on('accounts', ({ ids }) => {
        if (ids.length === 0 || ids.includes(accountId)) end();
      });
    });
  }

  /** Asks the platform under a claim. What it gave is safe before anything else happens to it. */
  async function ask(claimed: Claimed, asked: Asked): Promise<RefreshResult> {
    const startedAt = clock.now();
    const tried = await exchangeFor(claimed);
    const result = tried.answer.ok
      ? await keep(claimed, { ...asked, startedAt }, tried.sent, tried.answer)
      : await refuse(claimed, { ...asked, startedAt }, tried.answer);
    deps.onDone(claimed, result);
    return result;
  }

  async function exchangeFor(claimed: Claimed): Promise<Tried> {
    const ready = await prepared(claimed);
    if ('answer' in ready) return ready;
    try {
      await journal.asking(claimed.account_id);
    } catch (error) {
      // Nowhere to put an answer: nobody is asked.
      await store.release(claimed.account_id, claimed.generation).catch(deps.onError);
      throw error;
    }
    const { before, client, previous, via } = ready;
    const send = (refreshToken: string) =>
      exchange(
        client,
        { type: 'refresh_token', refreshToken },
        { timeoutMs: times.askMs, ...(via && { via }) },
      );
    const answer = await send(before);
    // The one before is kept until the present one worked: a platform may have forgotten what it gave.
    const mayGoBack = !answer.ok && answer.failure === 'invalid' && previous !== null;
    if (!mayGoBack) return { sent: { before, used: before }, answer };
    const second = await send(previous);
    const used = second.ok ? previous : before;
    // What failed in passing says nothing about it: that is tried again.
    const decides = second.ok || !isFinal(failureOf(second.failure));
    return { sent: { before, used }, answer: decides ? second : answer };
  }

  /** Whatever hinders asking is an answer too. */
  async function prepared(claimed: Claimed) {
    if (!claimed.oauth_client) return failed('client', 'No OAuth client is chosen for it.');
    try {
      const via = claimed.proxy_id === null ? null : await deps.proxy(claimed.proxy_id);
      return { ...opened(claimed), client: openClient(cipher, claimed.oauth_client), via };
    } catch (error) {
      return hindered(error);
    }
  }

  function opened({ account_id: id, previous_token, refresh_token }: Claimed) {
    const previous =
      previous_token === null ? null : openSealed(cipher, 'previous_token', id, previous_token);
    return { before: openSealed(cipher, 'refresh_token', id, refresh_token), previous };
  }

  function hindered(error: unknown): Tried {
    if (!(error instanceof AppError)) {
      deps.onError(error);
      return failed('client', 'It could not be prepared.');
    }
    // What cannot be opened is `internal`; everything else is said by the proxy's way.
    return failed(error.code === 'internal' ? 'client' : 'proxy', error.message);
  }

  async function keep(
    claimed: Claimed,
    asked: Asked & { startedAt: number },
    sent: Sent,
    tokens: Tokens,
  ): Promise<RefreshResult> {
    const record = recordOf(claimed, asked, sent, tokens);
    const outcome = record.refresh ? 'rotated' : 'kept';
    const expiresAt = record.expiresAt === null ? null : new Date(record.expiresAt);
    const storing = journal.keep(record);
    const stored = await within(storing, times.waitMs);
    if (stored === 'twin') {
      return { outcome: 'reused', text: 'Another account here has the same token.', expiresAt };
    }
    const text =
      stored === null ? 'The new token waits in the journal for the database to be back.' : '';
    return { outcome, text, expiresAt };
  }

  function recordOf(
    claimed: Claimed,
    asked: Asked & { startedAt: number },
    { before, used }: Sent,
    tokens: Tokens,
  ): TokenRecord {
    const { account_id: accountId, generation, refresh_hash: beforeHash } = claimed;
    const at = clock.now();
    const expiresAt = tokens.expiresInS === null ? null : at + tokens.expiresInS * 1_000;
    const after = tokens.refreshToken ?? used;
    const afterHash = sha256hex(after);
    return {
      ...{ id: newId(), kind: 'token', accountId, generation, beforeHash, afterHash, at },
      refresh: afterHash === beforeHash ? null : sealRefresh(cipher, accountId, { after, before }),
      ...sealKey(cipher, accountId, tokens.accessToken),
      expiresAt,
      nextRefreshAt: nextAfterSuccess(accountId, expiresAt, at, deps.settings()),
      durationMs: at - asked.startedAt,
      trigger: asked.trigger,
      by: asked.by ?? null,
    };
  }

  async function refuse(
    claimed: Claimed,
    asked: Asked & { startedAt: number },
    answer: Extract<TokenAnswer, { ok: false }>,
  ): Promise<RefreshResult> {
    const at = clock.now();
    const failure = failureOf(answer.failure);
    const end = isFinal(failure);
    const refusal: Refusal = {
      id: newId(),
      eventId: newId(),
      accountId: claimed.account_id,
      generation: claimed.generation,
      beforeHash: claimed.refresh_hash,
      ...{ failure, text: answer.text, expires: end, at, durationMs: at - asked.startedAt },
      nextRefreshAt: end
        ? null
        : nextAfterFailure(claimed.failures + 1, answer.retryAfterMs, at, deps.random()),
      ...{ trigger: asked.trigger, by: asked.by ?? null },
    };
    const counts = await store.refuse(refusal);
    if (counts) return { outcome: failure, text: answer.text, expiresAt: expiryOf(claimed) };
    const looked = await store.look(claimed.account_id, times.graceMs);
    if (looked) return resultOf(looked, claimed.refresh_hash);
    return { outcome: failure, text: answer.text, expiresAt: null };
  }

  async function within<Value>(work: Promise<Value>, ms: number): Promise<Value | null> {
    // NOTE: a stop rejects it; what was kept is stored at the next start.
    const done = work.catch(() => null);
    const { promise: late, resolve } = Promise.withResolvers<null>();
    const cancel = clock.setTimer(ms, () => resolve(null));
    return Promise.race([done, late]).finally(cancel);
  }

  return {
    claimant,
    /** Throws AppError not_found, forbidden, storage_unavailable. */
    refresh: (accountId: string, asked: Asked): Promise<RefreshResult> =>
      fly(accountId, () => refreshOne(accountId, asked)),
    /** Refreshes what was claimed already. */
    refreshClaimed: (claimed: Claimed, asked: Asked): Promise<RefreshResult> => {
      if (!flights.has(claimed.account_id))
        return fly(claimed.account_id, () => ask(claimed, asked));
      // Whoever asked meanwhile waits for this claim as for another server's: to join would be to wait
      // for each other.
      const flight = ask(claimed, asked).finally(() => beside.delete(flight));
      beside.add(flight);
      return flight;
    },
    within,
    /** How many are being refreshed here now. */
    running: () => flights.size,
    /** Resolves once none is. */
    async settled(): Promise<void> {
      while (flights.size + beside.size > 0) {
        await Promise.allSettled([...flights.values(), ...beside]);
      }
    },
  };
}

/** The token that the row holds, and the one that was asked with. */
type Sent = { before: string; used: string };
type Tried = { sent: Sent; answer: TokenAnswer };

function failed(failure: RefreshFailure, text: string): Tried {
  const sent = { before: '', used: '' };
  return { sent, answer: { ok: false, failure, code: null, text, retryAfterMs: null } };
}

/** What only devices are told means nothing here. */
function failureOf(failure: Extract<TokenAnswer, { ok: false }>['failure']): RefreshFailure {
  switch (failure) {
    case 'pending':
    case 'denied':
    case 'expired_code':
      return 'transient';
    case 'slow_down':
      return 'rate_limited';
    default:
      return failure;
  }
}

/** What need not be asked: it was answered meanwhile, or there is no use in asking. */
function resultKnown(
  looked: Looked,
  asked: Asked,
  { startedAt, waited }: { startedAt: number; waited: boolean },
): RefreshResult | null {
  const isFresh = looked.refreshed_at !== null && looked.refreshed_at > startedAt;
  // Whoever looked before another one's refresh ended, and asks after it, is not the next to ask.
  const isOther = asked.unlike !== undefined && looked.secret !== asked.unlike;
  const isRenewed = isOther && looked.secret !== null && looked.failure === null;
  if (isFresh || isRenewed || (waited && looked.claimed === 'no')) return resultOf(looked, null);
  const { failure } = looked;
  const isOver = failure !== null && isFinal(failure);
  return isOver && asked.trigger !== 'person' ? resultOf(looked, null) : null;
}

function resultOf(looked: Looked, beforeHash: string | null): RefreshResult {
  const expiresAt = expiryOf(looked);
  if (looked.failure !== null) {
    return { outcome: looked.failure, text: looked.failure_text ?? '', expiresAt };
  }
  const outcome = looked.refresh_hash === beforeHash ? 'kept' : 'rotated';
  return { outcome, text: '', expiresAt };
}

function expiryOf({ access_expires_at: at }: Looked): Date | null {
  return at === null ? null : new Date(at);
}

function busy(looked: Looked): RefreshResult {
  const text =
    looked.claimed === 'abandoned'
      ? 'The server that was refreshing it stopped. It is left alone for a while, for that server may have its new token.'
      : 'Another server is still refreshing it; look again in a moment.';
  return { outcome: 'transient', text, expiresAt: expiryOf(looked) };
}
