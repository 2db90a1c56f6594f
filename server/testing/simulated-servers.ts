import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RaisedAlert } from '#server/features/alerts/index.ts';
import type { Outbound, OutboundAnswer } from '#server/infra/outbound/index.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import type { FakeClock } from './fake-clock.ts';
import { inFlight } from './in-flight.ts';
import { mortal } from './mortal.ts';
import type { SimulatedPlatform } from './simulated-chance.ts';
import { type Replica, vaultReplicas } from './vault-replicas.ts';

const NEVER = new Promise<never>(() => undefined);
const SECOND = 1_000;
/** Longer than anybody waits for another server's refresh. */
const MOST_WAITS = 20;
/** As long as a slow answer takes; less than a platform may take. */
const SLOW_MS = 5_000;

export type SimulatedServer = Replica & { fate: ReturnType<typeof mortal> };

/** Servers with a vault each that live by one clock, die, and are started again over what they left. */
export async function simulatedServers(
  issuer: AuthorizationServer,
  clock: FakeClock,
  platform: SimulatedPlatform,
) {
  const h = await vaultReplicas(issuer);
  const flight = inFlight();
  const alive: SimulatedServer[] = [];
  const dead: { at: number; dataDir: string; isAgain: boolean }[] = [];
  const raised: RaisedAlert[] = [];
  const asking = new Set<Promise<unknown>>();
  let kills = 0;

  /** Not strict: what a platform answers to a server that is dead by then is lost. */
  function lossy(outbound: Outbound, fate: SimulatedServer['fate']): Outbound {
    if (platform === 'strict') return outbound;
    const arrived = (answer: OutboundAnswer) => {
      if (!fate.isDead()) return answer;
      answer.body.destroy();
      return NEVER;
    };
    const failed = (error: unknown) => (fate.isDead() ? NEVER : Promise.reject(error));
    return { ...outbound, request: (...args) => outbound.request(...args).then(arrived, failed) };
  }

  async function serve(dataDir?: string, dieAt?: number): Promise<void> {
    const fate = mortal();
    if (dieAt !== undefined) fate.dieAt(dieAt);
    const replica = await h.server({
      ...(dataDir !== undefined && { dataDir }),
      clock: flight.clock(clock, fate.isDead),
      databaseTime: () => new Date(clock.now()),
      pool: (pool) => fate.pool(flight.pool(pool)),
      outbound: (plain) => lossy(fate.outbound(flight.outbound(plain)), fate),
      alerts: { raise: (alert) => raised.push(alert), resolve: () => undefined },
    });
    alive.push({ ...replica, fate });
    track(replica.vault.start());
    await flight.rest(issuer.held);
  }

  /** Work that is waited for, for as long as the server lives that does it. */
  function track(work: Promise<unknown>): void {
    const done = work.finally(() => asking.delete(done));
    asking.add(done);
    done.catch(() => undefined);
  }

  /** Puts servers that died aside, with what had got to their disks by then; `isAgain`: while they began. */
  async function bury(awayMs: () => number, isAgain = false): Promise<void> {
    for (const server of alive.filter(({ fate }) => fate.isDead())) {
      alive.splice(alive.indexOf(server), 1);
      kills += 1;
      dead.push({ at: clock.now() + awayMs(), dataDir: await server.abandon(), isAgain });
    }
  }

  /** Until everything is done that can be done now; slow answers come in the meantime. */
  async function settle(): Promise<void> {
    await flight.rest(issuer.held);
    while (issuer.held() > 0) {
      clock.advance(SLOW_MS);
      await flight.rest(issuer.held);
      issuer.letGo();
      await flight.rest(issuer.held);
    }
  }

  /** Also until those who ask have an answer: they look again each second. */
  async function answered(): Promise<void> {
    await settle();
    for (let waits = 0; asking.size > 0 && waits < MOST_WAITS; waits += 1) {
      clock.advance(SECOND);
      await settle();
    }
    // What is left was asked of servers that are dead by now.
    asking.clear();
  }

  return {
    h,
    alive,
    dead,
    raised,
    serve,
    track,
    settle,
    answered,
    bury,
    kills: () => kills,
    /** Starts those again whose time has come; those that died while they began live. */
    async revive(dieAt: () => number | undefined): Promise<void> {
      for (const one of dead.filter(({ at }) => at <= clock.now())) {
        dead.splice(dead.indexOf(one), 1);
        await serve(one.dataDir, one.isAgain ? undefined : dieAt());
      }
    },
    /** Claims of servers that live, at a time when none has anything to do. */
    async idleClaims(): Promise<number> {
      const folders = alive.map(({ dataDir }) => join(dataDir, 'vault', 'server'));
      const names = await Promise.all(folders.map((file) => readFile(file, 'utf8')));
      const { rowCount } = await h.pool.query(
        'SELECT 1 FROM vault_tokens WHERE claimed_by LIKE ANY($1)',
        [names.map((name) => `${name.trim()}@%`)],
      );
      return rowCount ?? 0;
    },
    /** Whatever still runs, for the simulation may have failed in the middle of it. */
    async [Symbol.asyncDispose]() {
      for (const { abandon, fate } of alive.splice(0)) {
        fate.die();
        await abandon();
      }
      await h[Symbol.asyncDispose]();
    },
  };
}
export type SimulatedServers = Awaited<ReturnType<typeof simulatedServers>>;
