import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import { type AuthorizationServer, authorizationServer } from './authorization-server.ts';
import { fakeClock } from './fake-clock.ts';
import { chance, type SimulatedPlatform, troubles } from './simulated-chance.ts';
import { type SimulatedServers, simulatedServers } from './simulated-servers.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LONGEST_STEP_MS = 2 * HOUR;
const LONGEST_AGAIN_MS = 5 * MINUTE;
/**
 * A server that was killed is back before others take over what it was refreshing, even when it dies once
 * more while it begins.
 */
const LONGEST_AWAY_MS = 6 * MINUTE;
/** Where a platform forgives that others take over, one at a time may be away until everything is newer. */
const LONGEST_GONE_MS = 6 * DAY;
/** So many touches of the database or the platform at most until a server dies that is to. */
const LONGEST_LIFE = 120;
/** The share of steps in which a server is chosen to die. */
const DOOM = 0.1;
/** How many ask at once for the same account, on all servers. */
const HERD = 4;

export type SimulationOptions = {
  seed: number;
  accounts: number;
  days: number;
  replicas: number;
  /** Life of access tokens. */
  lifeHours: number;
  /** How many sign-ins somebody ends at the platform. */
  revoked: number;
  platform: SimulatedPlatform;
};

/** Days of servers over one database that are killed and started again; what came of it. */
export async function simulate(options: SimulationOptions) {
  const { accounts: size, days, lifeHours, platform, seed } = options;
  const random = chance(seed);
  const clock = fakeClock();
  const startedAt = clock.now();
  await using issuer = await authorizationServer({ now: clock.now, expiresIn: lifeHours * 3_600 });
  issuer.state.graceMs = platform === 'lenient' ? HOUR : 0;
  const flaky = troubles(seed, platform);
  issuer.state.troubleOf = flaky.of;
  await using servers = await simulatedServers(issuer, clock, platform);
  const { alive, dead, h } = servers;
  const families = new Map<string, string>();
  const wrong: string[] = [];
  let leases = 0;

  /**
   * When something is due, and a while later, so that more than one thing is; failures soon. While an
   * account is claimed or overdue time goes on by minutes, for nobody may sleep through what others wait
   * for.
   */
  async function nextMoment(): Promise<number> {
    const { rows } = await h.pool.query(
      `SELECT min(next_refresh_at) AS due,
         min(next_refresh_at) FILTER (WHERE failures > 0) AS again,
         bool_or(claimed_by IS NOT NULL OR next_refresh_at <= $1) AS waits
       FROM vault_tokens`,
      [new Date(clock.now())],
    );
    const { again, due, waits } = Due.parse(rows[0]);
    if (waits) return clock.now() + MINUTE;
    const wanted = Math.min(
      (due ?? clock.now()) + random() * LONGEST_STEP_MS,
      (again ?? Number.POSITIVE_INFINITY) + random() * LONGEST_AGAIN_MS,
      ...dead.map(({ at }) => at),
    );
    return Math.ceil(Math.max(clock.now() + MINUTE, wanted));
  }

  /** One server dies at some touch of the outside, every now and then. */
  function doom(): void {
    if (random() > DOOM) return;
    const doomed = alive[Math.floor(random() * alive.length)];
    doomed?.fate.dieAt(1 + Math.floor(random() * LONGEST_LIFE));
  }

  function awayMs(): number {
    const mayBeGone =
      platform === 'lenient' &&
      alive.length > 1 &&
      !dead.some(({ at }) => at > clock.now() + LONGEST_AWAY_MS);
    if (mayBeGone && random() < 0.4) {
      return Math.min(random() * LONGEST_GONE_MS, startedAt + days * DAY - clock.now());
    }
    return 1_000 + random() * LONGEST_AWAY_MS;
  }

  /** Clients ask, one or a herd, for what there is or for longer than what is left of it. */
  function ask(): void {
    if (random() > 0.5 || alive.length === 0) return;
    const [id = '', family = ''] = [...families][Math.floor(random() * size)] ?? [];
    const minTtlMs = random() < 0.5 ? 0 : Math.floor(random() * 0.8 * lifeHours * HOUR);
    const herd = random() < 0.3 ? HERD : 1;
    const first = Math.floor(random() * alive.length);
    for (let n = 0; n < herd; n += 1) {
      const server = alive[(first + n) % alive.length];
      if (server) servers.track(leased(server, { id, family, minTtlMs }));
    }
    leases += herd;
  }

  async function leased(
    { vault }: SimulatedServers['alive'][number],
    { family, id, minTtlMs }: { id: string; family: string; minTtlMs: number },
  ): Promise<void> {
    try {
      const { accessToken, expiresAt } = await vault.lease(id, { trigger: 'lease', minTtlMs });
      if (isRevoked(issuer, family)) return;
      const left = (expiresAt?.getTime() ?? 0) - clock.now();
      const isGood = issuer.isAccess(accessToken) && left >= minTtlMs && left > 0;
      if (!isGood) wrong.push(`a lease of ${family} was of no use: ${left} ms`);
    } catch (error) {
      const isSaid = error instanceof AppError && SAID.has(error.code);
      if (!isSaid) wrong.push(`a lease of ${family}: ${String(error)}`);
    }
  }

  async function begin(): Promise<void> {
    for (let n = 0; n < options.replicas; n += 1) await servers.serve();
    const names = Array.from({ length: size }, (_, n) => `sign-in ${n}`);
    const { clientId, ownerId } = h;
    const rows = names.map((name) => ({
      ...{ ownerId, clientId, platformId: 'openai', name, refreshToken: issuer.family(name) },
    }));
    const added = (await alive[0]?.vault.add(rows)) ?? [];
    for (const [n, one] of added.entries()) {
      if (one.kind === 'created') families.set(one.accountId, names[n] ?? '');
    }
    clock.advance(MINUTE);
    await servers.answered();
  }

  async function step(): Promise<void> {
    doom();
    clock.advance((await nextMoment()) - clock.now());
    ask();
    await servers.answered();
    await servers.bury(awayMs);
    // Some die again while they begin, once.
    await servers.revive(() => (random() < 0.2 ? 1 + Math.floor(random() * 12) : undefined));
    await servers.settle();
    await servers.bury(() => MINUTE, true);
    const idle = await servers.idleClaims();
    if (idle > 0) wrong.push(`${idle} accounts are claimed by servers that do nothing`);
  }

  await begin();
  const ends = revocations(options, random).map((at) => startedAt + at);
  while (clock.now() < startedAt + days * DAY) {
    while ((ends.at(-1) ?? Number.POSITIVE_INFINITY) <= clock.now()) {
      ends.pop();
      issuer.revoke(`sign-in ${Math.floor(random() * size)}`);
    }
    await step();
  }
  // The last hours are without trouble, so that what is left is what counts.
  flaky.end();
  for (const { fate } of alive) fate.dieAt(Number.POSITIVE_INFINITY);
  while (dead.length > 0) {
    clock.advance(Math.max(0, Math.min(...dead.map(({ at }) => at)) - clock.now()));
    await servers.revive(() => undefined);
    await servers.settle();
  }
  // Not in one jump: what failed last is asked again in a minute, and a grace may be over later.
  for (const until = clock.now() + 2 * HOUR; clock.now() < until; ) {
    clock.advance(Math.min(until, await nextMoment()) - clock.now());
    await servers.settle();
  }

  const outcome = {
    /** Sign-ins that ended because one of their tokens was used twice. */
    lost: [...issuer.families.values()].filter(({ ended }) => ended === 'reused').length,
    revoked: [...issuer.families.values()].filter(({ ended }) => ended === 'revoked').length,
    wrong: [...(await standing()), ...(await historyOf()), ...wrong],
    ...{ kills: servers.kills(), troubles: flaky.count(), calls: issuer.calls.length, leases },
    errors: h.errors,
  };
  const folders = alive.map(({ dataDir }) => dataDir);
  for (const server of alive.splice(0)) await server.stop();
  return { ...outcome, left: (await Promise.all(folders.map(sealedIn))).flat() };

  /** What is not as it has to be in the end: each living account is of use, each revoked one is told of. */
  async function standing(): Promise<string[]> {
    const [first] = alive;
    if (!first) return ['no server lives'];
    const expired = await expiredIn(servers);
    const told = new Set(servers.raised.map(({ key }) => key));
    const isTold = (id: string) => expired.has(id) && told.has(`account.expired:${id}`);
    const isOver = ([, family]: [string, string]) => isRevoked(issuer, family);
    const found = [...families]
      .filter((one) => isOver(one) && !isTold(one[0]))
      .map(([, family]) => `nobody is told of ${family}`);
    for (const [id, family] of [...families].filter((one) => !isOver(one))) {
      await leased(first, { id, family, minTtlMs: 0 });
      if (expired.has(id)) found.push(`${family} is taken for expired`);
      if (!(await holdsGood(first, id))) found.push(`${family} does not hold the good token`);
    }
    return found;
  }

  /** Maybe after a refresh more, for the platform may have forgotten the last one that it gave. */
  async function holdsGood({ vault }: SimulatedServers['alive'][number], id: string) {
    const isGood = async () => issuer.isGood((await vault.refreshTokenOf(id)) ?? '');
    if (await isGood()) return true;
    await vault.refresh(id, { trigger: 'person' });
    return isGood();
  }

  /** Each token in the history was made from the one before. */
  async function historyOf(): Promise<string[]> {
    const { rows } = await h.pool.query(
      `SELECT account_id, before_hash, lag(after_hash) OVER (PARTITION BY account_id ORDER BY id)
         AS last FROM refresh_events WHERE outcome = 'rotated' AND text IS NULL`,
    );
    const lines = z.array(Line).parse(rows);
    return lines
      .filter(({ before_hash: before, last }) => last !== null && before !== last)
      .map(({ account_id: id }) => `the history of ${families.get(id)} is broken`);
  }
}

/** What a client may be told while a platform or a server is in trouble. */
const SAID = new Set(['refresh_failed', 'storage_unavailable']);

const Epoch = z
  .date()
  .nullable()
  .transform((date) => date?.getTime() ?? null);
const Due = z.object({ due: Epoch, again: Epoch, waits: z.boolean().nullable() });

const Line = z.object({
  account_id: z.string(),
  before_hash: z.string(),
  last: z.string().nullable(),
});

function isRevoked(issuer: AuthorizationServer, family: string): boolean {
  return issuer.families.get(family)?.ended === 'revoked';
}

/** When sign-ins are ended (ms from the start), the last first; early enough to be found out. */
function revocations({ days, lifeHours, revoked }: SimulationOptions, random: () => number) {
  const until = days * DAY - lifeHours * HOUR;
  return Array.from({ length: revoked }, () => random() * until).sort((a, b) => b - a);
}

async function expiredIn({ h }: SimulatedServers): Promise<Set<string>> {
  const { rows } = await h.pool.query(
    `SELECT a.id FROM accounts a WHERE a.state = 'expired' AND EXISTS (SELECT 1
       FROM account_events e WHERE e.account_id = a.id AND e.state = 'expired')`,
  );
  return new Set(
    z
      .array(z.object({ id: z.string() }))
      .parse(rows)
      .map(({ id }) => id),
  );
}

/** Files of a folder that hold something sealed. */
async function sealedIn(dataDir: string): Promise<string[]> {
  const folder = join(dataDir, 'vault');
  const names = await readdir(folder);
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return names.filter((_, n) => texts[n]?.includes('v1.k1.'));
}
