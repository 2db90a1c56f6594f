import { join } from 'node:path';
import type { Pool } from 'pg';
import { AppError } from '#shared/errors.ts';
import type { Cipher } from '../../infra/cipher.ts';
import { type Clock, systemClock } from '../../infra/clock.ts';
import { newId } from '../../infra/ids.ts';
import type { Log } from '../../infra/log.ts';
import type { Outbound } from '../../infra/outbound/index.ts';
import type { Changes } from '../../infra/reloader.ts';
import { openKey, type TokenRenewal } from '../accounts/index.ts';
import type { Alerts } from '../alerts/index.ts';
import { createInfoKeeper } from './info-keeper.ts';
import { type Claimed, createRefreshStore, type Looked } from './refresh-store.ts';
import { createRefresher, type RefreshTimes, TIMES } from './refresher.ts';
import { createSchedule } from './schedule.ts';
import { createVaultSettings } from './settings.ts';
import { createExchange } from './token-endpoint.ts';
import { openTokenJournal } from './token-journal.ts';
import type { Vault } from './vault.ts';
import { hasFailed, isFinal, type LeaseAsk, type RefreshResult } from './vault.types.ts';
import { createVaultAdd } from './vault-add.ts';
import { replaceTokens } from './vault-replace.ts';
import { createVaultRowsRepo } from './vault-rows.repo.ts';
import { openSealed } from './vault-seals.ts';

export type VaultDeps = {
  pool: Pool;
  cipher: Cipher;
  outbound: Outbound;
  /** The way through a proxy; see the proxies feature. */
  dispatch(proxyId: string): Outbound;
  changes: Changes<'accounts' | 'settings'>;
  alerts: Alerts;
  clock: Clock;
  random(): number;
  log: Log;
  dataDir: string;
  isPlatform(id: string): boolean;
  /** Reads these accounts again for the request path. */
  reload(ids: readonly string[]): Promise<void>;
  onError(error: unknown): void;
  /** What servers agree on; the database's clock unless given, or a clock that tests move. */
  databaseTime?: () => Date | null;
  times?: Partial<RefreshTimes>;
};

const LONGEST_REQUEST_WAIT_MS = 5_000;
const FAILING_FROM = 5;
/** An access token that ends within this is as good as ended for somebody who is to use it. */
const SLACK_MS = 5_000;

/**
 * The vault, wired.
 * @throws AppError conflict or storage_unavailable when its journal cannot be used.
 */
export async function createVault(deps: VaultDeps): Promise<Vault & { renewal: TokenRenewal }> {
  const { alerts, cipher, clock, log, onError, pool, reload } = deps;
  const times = { ...TIMES, ...deps.times };
  const moved = clock === systemClock ? undefined : () => new Date(clock.now());
  const store = createRefreshStore(pool, deps.databaseTime ?? moved);
  const rows = createVaultRowsRepo(pool);
  const settings = createVaultSettings({ pool, changes: deps.changes, onError });
  const adding = createVaultAdd({
    ...{ pool, cipher, clock },
    isPlatform: deps.isPlatform,
    settings: settings.now,
  });
  const info = createInfoKeeper({
    pool,
    rows,
    cipher,
    outbound: deps.outbound,
    dispatch: deps.dispatch,
    store,
  });
  const background = new Set<Promise<unknown>>();
  let ready: Promise<void> = Promise.resolve();

  const journal = await openTokenJournal({
    ...{ cipher, clock, log, store },
    dir: join(deps.dataDir, 'vault'),
    onStored(record, stored) {
      if (stored === 'late')
        log.warn({ accountId: record.accountId }, 'a late token was not needed');
    },
  });
  const refresher = createRefresher({
    ...{ changes: deps.changes, cipher, clock, journal, onError, store, times },
    exchange: createExchange(deps.outbound),
    proxy: deps.dispatch,
    settings: settings.now,
    random: deps.random,
    newId: () => newId(clock),
    onDone,
  });
  const schedule = createSchedule({
    ...{ changes: deps.changes, clock, onError, refresher, store },
    settings: settings.now,
  });

  function inBackground(work: Promise<unknown>): void {
    const done = work.catch(onError).finally(() => background.delete(done));
    background.add(done);
  }

  function onDone(claimed: Claimed, result: RefreshResult): void {
    tell(claimed, result);
    if (hasFailed(result.outcome)) return;
    inBackground(reload([claimed.account_id]));
    const client = claimed.oauth_client;
    if (client?.user_info_endpoint || client?.account_info_endpoint) {
      inBackground(info.afterRefresh(claimed.account_id));
    }
  }

  function tell(
    { account_id: id, failures, name, owner_id: ownerId }: Claimed,
    result: RefreshResult,
  ) {
    const subject = { kind: 'account' as const, id, name };
    const failing = `refresh.failing:${id}`;
    const expired = `account.expired:${id}`;
    if (!hasFailed(result.outcome)) {
      if (failures >= FAILING_FROM) alerts.resolve(failing);
      alerts.resolve(expired);
      return;
    }
    const facts = { reason: result.text, failures: failures + 1 };
    if (isFinal(result.outcome)) {
      alerts.raise({ kind: 'account.expired', key: expired, subject, ownerId, facts });
    } else if (failures + 1 >= FAILING_FROM) {
      alerts.raise({ kind: 'refresh.failing', key: failing, subject, ownerId, facts });
    }
  }

  async function refresh(...[accountId, asked]: Parameters<Vault['refresh']>) {
    const isReady = await refresher.within(
      ready.then(() => true),
      times.waitMs,
    );
    if (isReady) return refresher.refresh(accountId, asked);
    throw new AppError(
      'storage_unavailable',
      'Tokens of an earlier run are still being stored; try again in a moment.',
    );
  }

  async function looked(accountId: string): Promise<Looked> {
    const found = await store.look(accountId, times.graceMs);
    if (!found) throw new AppError('not_found', 'There is no such account in the vault.');
    if (found.state === 'disabled') {
      throw new AppError('forbidden', 'This account is switched off; switch it on first.');
    }
    return found;
  }

  async function lease(accountId: string, { minTtlMs, ...asked }: LeaseAsk) {
    const before = await looked(accountId);
    if (livesFor(before, minTtlMs)) return leaseOf(before, false);
    const result = await refresh(accountId, { ...asked, unlike: before.secret });
    if (hasFailed(result.outcome)) {
      throw new AppError('refresh_failed', `No new access token was given: ${result.text}`, {
        param: result.outcome,
      });
    }
    const after = await looked(accountId);
    if (after.secret === null) {
      throw new AppError('refresh_failed', result.text || 'No new access token was given.');
    }
    return leaseOf(after, true);
  }

  function livesFor({ access_expires_at: end, secret, state }: Looked, minTtlMs: number): boolean {
    if (secret === null) return false;
    // Refused by its platform while nobody knew its end, or before.
    if (state === 'expired' && end === null) return false;
    return end === null || end - clock.now() >= Math.max(minTtlMs, SLACK_MS);
  }

  function leaseOf({ access_expires_at: end, account_id: id, secret }: Looked, refreshed: boolean) {
    const accessToken = openKey(cipher, id, secret) ?? '';
    return { accessToken, expiresAt: end === null ? null : new Date(end), refreshed };
  }

  async function renewOne(accountId: string, usedSecret: string | null): Promise<boolean> {
    const found = await looked(accountId);
    const isOther =
      found.secret !== null && openKey(cipher, accountId, found.secret) !== usedSecret;
    if (!isOther) {
      const { outcome } = await refresh(accountId, { trigger: 'request' });
      if (hasFailed(outcome)) return false;
    }
    await reload([accountId]);
    return true;
  }

  /** For requests, which nothing here may hold up or break. */
  async function soon(work: Promise<boolean>): Promise<boolean> {
    const safe = work.catch((error) => {
      if (!(error instanceof AppError)) onError(error);
      return false;
    });
    return (await refresher.within(safe, LONGEST_REQUEST_WAIT_MS)) ?? false;
  }

  const renew = (accountId: string, used: string | null) => soon(renewOne(accountId, used));

  return {
    lease,
    refresh,
    refreshAfterRefusal: renew,
    add: adding.add,
    async replace(accountId, tokens) {
      await replaceTokens({ pool, cipher, clock, settings: settings.now }, accountId, tokens);
      alerts.resolve(`account.expired:${accountId}`);
      alerts.resolve(`refresh.failing:${accountId}`);
      await reload([accountId]);
    },
    ...{ find: rows.find, page: rows.page, count: rows.count },
    async refreshTokenOf(accountId) {
      const sealed = await rows.sealed(accountId);
      return sealed && openSealed(cipher, 'refresh_token', accountId, sealed.refresh_token);
    },
    async accessTokenOf(accountId) {
      const sealed = await rows.sealed(accountId);
      return sealed && openKey(cipher, accountId, sealed.secret);
    },
    refreshInfo: info.refresh,
    settings: settings.now,
    saveSettings: settings.save,
    renewal: {
      renew,
      async ahead(accountId) {
        await soon(
          refresh(accountId, { trigger: 'request' }).then(async ({ outcome }) => {
            if (hasFailed(outcome)) return false;
            await reload([accountId]);
            return true;
          }),
        );
      },
      worked: (accountId, sealed) => inBackground(store.confirm(accountId, sealed)),
    },
    async start() {
      await settings.start();
      ready = journal.replayed().then(() => store.releaseAll(journal.server));
      ready.then(schedule.start, onError);
    },
    async close() {
      await schedule.close();
      await refresher.settled();
      settings.close();
      await journal.close();
      await Promise.allSettled(background);
    },
  };
}
