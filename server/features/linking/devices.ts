import type { Cipher } from '../../infra/cipher.ts';
import type { Clock } from '../../infra/clock.ts';
import type { OAuthClientsService, OpenedClient } from '../oauth-clients/index.ts';
import type { Exchange } from '../vault/index.ts';
import { exchangeGrant } from './exchange-grant.ts';
import { openHeld, sealHeld } from './held-secret.ts';
import type { Attempt, LinkingRepo } from './linking.repo.ts';
import type { Settle } from './settle.ts';

/** How long one who asks has a device for itself. */
const CLAIM_MS = 90_000;
/** RFC 8628, section 3.5. */
const SLOWER_MS = 5_000;
const SLOWEST_MS = 60_000;
/** How often it is looked whether another server left one behind. */
const IDLE_MS = 30_000;
const MOST_AT_ONCE = 20;

const NOWHERE = { address: '', requestId: null };

export type DevicesDeps = {
  repo: LinkingRepo;
  clients: Pick<OAuthClientsService, 'open'>;
  exchange: Exchange;
  settle: Settle;
  cipher: Pick<Cipher, 'open' | 'seal'>;
  clock: Clock;
  onError(error: unknown): void;
};

/**
 * Asks token endpoints whether somebody typed a device's code in, page or no page. One server asks at
 * a time; one that dies is followed by another.
 */
export function createDevices(deps: DevicesDeps) {
  const { cipher, clients, clock, exchange, onError, repo, settle } = deps;
  let cancel: (() => void) | null = null;
  let running: Promise<void> = Promise.resolve();
  let closed = false;

  async function ask(attempt: Attempt, client: OpenedClient): Promise<void> {
    const { device } = openHeld(cipher, attempt.id, attempt.secret);
    if (!device) return await repo.end(attempt.id, { problem: 'unreachable', detail: '' });
    const grant = { type: 'device_code' as const, deviceCode: device.code };
    const came = await exchangeGrant({ exchange, clock }, client, grant);
    if ('problem' in came) return await repo.end(attempt.id, came);
    if ('tokens' in came) {
      const secret = sealHeld(cipher, attempt.id, came);
      const held = await repo.move(attempt.id, 'waiting', { state: 'holding', secret });
      // Cancelled meanwhile.
      if (!held) return;
      return await settle.settle({ ...attempt, state: 'holding', secret }, client, NOWHERE);
    }
    const wider = Math.min(attempt.intervalMs + (came.slower ? SLOWER_MS : 0), SLOWEST_MS);
    const wait = Math.max(wider, Math.min(came.retryAfterMs ?? 0, SLOWEST_MS));
    await repo.pollNext(attempt.id, new Date(clock.now() + wait), wider);
  }

  async function one(attempt: Attempt): Promise<void> {
    if (attempt.expiresAt.getTime() <= clock.now()) {
      return await repo.end(attempt.id, { problem: 'expired', detail: '' });
    }
    const client = await clients.open(attempt.clientId);
    if (client) await ask(attempt, client);
  }

  async function round(): Promise<void> {
    const now = clock.now();
    const due = await repo.claimDevices(new Date(now), new Date(now + CLAIM_MS), MOST_AT_ONCE);
    await Promise.all(due.map((attempt) => one(attempt).catch(onError)));
  }

  async function arm(): Promise<void> {
    const next = await repo.nextPoll();
    if (closed) return;
    const wait = next === null ? IDLE_MS : Math.max(250, next.getTime() - clock.now());
    cancel?.();
    cancel = clock.setTimer(Math.min(wait, IDLE_MS), run);
  }

  function run(): void {
    if (closed) return;
    running = running
      .then(round)
      .then(arm)
      .catch((error: unknown) => {
        onError(error);
        if (!closed) cancel = clock.setTimer(IDLE_MS, run);
      });
  }

  return {
    start: run,
    /** Called when a device waits that did not before. */
    wake(): void {
      running = running.then(arm).catch(onError);
    },
    /** Waits for questions that are under way. */
    async close(): Promise<void> {
      closed = true;
      cancel?.();
      await running;
    },
  };
}
export type Devices = ReturnType<typeof createDevices>;
