import { z } from 'zod';
import type { QuotaLook, QuotaRule, QuotaState } from '#shared/schemas/quotas.ts';
import type { Hold, HoldRequest, Spend } from '../../gateway/ports.ts';
import type { Clock } from '../../infra/clock.ts';
import { newId } from '../../infra/ids.ts';
import { askedOf, fits, isCountedAtOnce, nameOf, usedOf } from './amounts.ts';
import { type LoadUsed, unreadable } from './counters.ts';
import { createMemoryQuotaGate, TWO_HOURS_MS, type WatchedQuotaGate } from './quota-gate.memory.ts';
import type { RedisLink } from './redis-link.ts';
import { SCRIPTS } from './redis-scripts.ts';
import { refusal } from './refusals.ts';
import { isKept, spanOf } from './windows.ts';

export type RedisQuotaGateDeps = {
  redis: RedisLink;
  clock: Clock;
  /** IANA name of the zone whose days and months count. */
  zone: string;
  loadUsed: LoadUsed;
  /** What those of these requests used that have a record; the others may get theirs later. */
  spentBy: (requestIds: readonly string[]) => Promise<ReadonlyMap<string, Spend>>;
  log?: { warn(facts: object, text: string): void; info(text: string): void };
  /** A hold that was not settled after this long is released. Longer than the longest request. */
  longestHoldMs?: number;
  /** A server that gave no sign of life for so long is dead, and what it held is free. */
  leaseMs?: number;
  beatMs?: number;
  /** In front of every key. Its hash tag puts all keys into one slot, for one script writes many. */
  prefix?: string;
};

export type RedisQuotaGate = WatchedQuotaGate & {
  /** False while Redis is away: then limits are this server's share. */
  shared(): boolean;
  /** Gives signs of life. Resolves after the first, whether or not Redis answers. */
  start(): Promise<void>;
  /** Waits for what is still to be settled, briefly. */
  close(): Promise<void>;
};

/** Counter, amount, counted at once, kept in the usage table, of money. */
type Part = readonly [key: string, amount: number, atOnce: Flag, kept: Flag, money: Flag];
type Flag = 0 | 1;
type Entry = { rules: readonly QuotaRule[]; parts: readonly Part[]; forget: () => void };
type Slot = { rule: QuotaRule; key: string; carry: string; from: number; to: number | null };
type Late = { id: string; entry: Entry; spent: Spend };

const HOUR_MS = 3_600_000;
const RETRY_MS = 1_000;
/** Without Redis's word on how many servers there are. */
const SERVERS_UNKNOWN = 2;
const MOST_LATE = 10_000;
const SEED_MS = 50;
/** Holds of dead servers looked into at a time, and how long one may wait for its record. */
const MOST_UNCLEAR = 500;
const UNCLEAR_MS = 24 * HOUR_MS;

const HoldAnswer = z.array(z.coerce.number());
/** Hold and request in turn. */
const UnclearAnswer = z.array(z.string());
const NOTHING: Spend = { tokens: 0, cost: 0 };

/**
 * The quota gate of many servers: counters in Redis, one script for a hold and one for its end, so
 * that all rules are checked and taken at once. What a dead server held is freed by the next sign of
 * life of any other, and what its requests used is counted once their records are found. While Redis does not answer each server takes its share of every limit.
 */
export function createRedisQuotaGate(deps: RedisQuotaGateDeps): RedisQuotaGate {
  const { redis, clock, zone, loadUsed, spentBy, log } = deps;
  const { longestHoldMs = TWO_HOURS_MS, leaseMs = 20_000, beatMs = 5_000 } = deps;
  const prefix = deps.prefix ?? '{gh-quota}';
  const holder = newId();
  const keys = {
    holders: `${prefix}:holders`,
    holds: `${prefix}:holds:`,
    unclear: `${prefix}:unclear`,
  };
  const holds = new Map<string, Entry>();
  /** To be settled when Redis is back. */
  const late = new Set<Late>();
  /** Counters that were used without Redis. */
  const touched = new Set<string>();
  const running = new Set<Promise<unknown>>();
  const minutes = createMinutes();
  let servers = SERVERS_UNKNOWN;
  let away = false;
  let closed = false;
  let cancelBeat = () => {};
  const local = createMemoryQuotaGate({ ...deps, share: () => servers });
  const localHolds = new Set<string>();

  function slotOf(rule: QuotaRule): Slot {
    const { from, to } = spanOf(rule.metric, clock.now(), zone);
    const name = `${prefix}:${nameOf(rule)}:`;
    const key = `${name}${from}`;
    const before = rule.metric.endsWith('-minute') ? minutes.before(from) : null;
    return { rule, key, carry: before === null ? key : `${name}${before}`, from, to };
  }

  function partOf({ rule, key }: Slot, request: Spend): Part {
    const { metric } = rule;
    const flag = (yes: boolean): Flag => (yes ? 1 : 0);
    const flags = [isCountedAtOnce(metric), isKept(metric), metric.startsWith('cost')] as const;
    return [key, askedOf(metric, request), flag(flags[0]), flag(flags[1]), flag(flags[2])];
  }

  async function readUsed(slots: readonly Slot[]): Promise<Map<string, number>> {
    const wanted = slots.filter(({ rule }) => isKept(rule.metric));
    const found = wanted.map(async ({ rule, key, from }) => {
      const spent = await loadUsed(rule.subject, rule.id, from).catch((cause: unknown) => {
        throw unreadable(rule.subject, cause);
      });
      return [key, rule.metric.startsWith('cost') ? spent.cost : spent.tokens] as const;
    });
    return new Map(await Promise.all(found));
  }

  /** How long a counter is kept: past its end, for clocks that differ a little. */
  function ttlOf({ to }: Slot): number {
    return to === null ? 0 : Math.max(0, to - clock.now()) + HOUR_MS;
  }

  async function tryHold(id: string, slots: readonly Slot[], request: HoldRequest) {
    const parts = slots.map((slot) => partOf(slot, request));
    let seeds = new Map<string, number>();
    for (;;) {
      const args = slots.flatMap((slot, at) => [
        slot.rule.limit,
        parts[at]?.[1] ?? 0,
        ttlOf(slot),
        parts[at]?.[3] ?? 0,
        seeds.get(slot.key) ?? '',
      ]);
      const counters = slots.flatMap((slot) => [slot.key, slot.carry]);
      const named = [keys.holders, keys.holds + holder, keys.unclear, ...counters];
      const what = JSON.stringify({ request: request.requestId, parts });
      const head = [keys.holds, holder, id, leaseMs, what];
      const answer = await redis.run(SCRIPTS.hold, named, [...head, ...args]);
      const [verdict, ...taken] = HoldAnswer.parse(answer);
      if (verdict !== 2) return { refused: verdict === 1, taken, parts };
      seeds = await loadOnce(slots);
    }
  }

  /** One read however many ask; kept until those who asked meanwhile were answered. */
  const loading = new Map<string, Promise<Map<string, number>>>();
  function loadOnce(slots: readonly Slot[]): Promise<Map<string, number>> {
    const name = slots.map(({ key }) => key).join(' ');
    let work = loading.get(name);
    if (!work) {
      work = readUsed(slots).finally(() => clock.setTimer(SEED_MS, () => loading.delete(name)));
      loading.set(name, work);
    }
    return work;
  }

  async function holdShared(request: HoldRequest): Promise<Hold> {
    const slots = request.rules.map(slotOf);
    const id = newId();
    const cancel = (parts: readonly Part[]) => {
      later({ id, entry: { rules: request.rules, parts, forget: () => {} }, spent: NOTHING });
    };
    const answer = await tryHold(id, slots, request).catch((thrown: unknown) => {
      // NOTE: the answer may be lost and the hold made: it is given back when Redis answers again.
      cancel(slots.map((slot) => partOf(slot, request)));
      throw thrown;
    });
    const looks = looksOf(slots, request, answer.taken);
    if (answer.refused) throw refusal(looks, clock.now(), zone);
    const forget = clock.setTimer(longestHoldMs, () => end(id, NOTHING));
    holds.set(id, { rules: request.rules, parts: answer.parts, forget });
    return { id, limits: looks };
  }

  async function holdHere(request: HoldRequest): Promise<Hold> {
    const hold = await local.hold(request);
    for (const rule of request.rules) if (isKept(rule.metric)) touched.add(slotOf(rule).key);
    localHolds.add(hold.id);
    return hold;
  }

  function end(id: string, spent: Spend) {
    const entry = holds.get(id);
    if (!entry) return;
    holds.delete(id);
    entry.forget();
    if (away) return later({ id, entry, spent });
    const work = settleShared({ id, entry, spent }, true)
      .catch((error: unknown) => {
        later({ id, entry, spent });
        leave(error);
      })
      .finally(() => running.delete(work));
    running.add(work);
  }

  function later(one: Late) {
    late.add(one);
    const [oldest] = late;
    if (oldest && late.size > MOST_LATE) late.delete(oldest);
  }

  function settleShared({ id, entry, spent }: Late, first: boolean): Promise<unknown> {
    const used = entry.rules.map(({ metric }) => usedOf(metric, spent));
    const args = [id, first ? 1 : 0, JSON.stringify(entry.parts), ...used];
    return redis.run(SCRIPTS.settle, [keys.holds + holder, keys.unclear], args);
  }

  function leave(error: unknown) {
    if (away || closed) return;
    away = true;
    log?.warn({ err: error }, 'Redis is away: each server takes its share of the limits');
    cancelBeat();
    cancelBeat = clock.setTimer(RETRY_MS, () => void beat());
  }

  /** A sign of life; the first one that is answered ends the time without Redis. */
  async function beat(): Promise<void> {
    try {
      const named = [keys.holders, keys.unclear];
      const lives = await redis.run(SCRIPTS.beat, named, [keys.holds, holder, leaseMs]);
      servers = Math.max(1, Number(lives));
      if (away || late.size > 0) await comeBack();
      lookIntoUnclear();
    } catch (error) {
      leave(error);
    }
    if (closed) return;
    cancelBeat();
    cancelBeat = clock.setTimer(away ? RETRY_MS : beatMs, () => void beat());
  }

  /** Beside the signs of life, which may not wait for the database; what fails is tried at the next. */
  let looking = false;
  function lookIntoUnclear() {
    if (looking) return;
    looking = true;
    const work = countUnclear()
      .catch((error: unknown) =>
        log?.warn({ err: error }, 'what requests of a dead server used is not counted yet'),
      )
      .finally(() => {
        looking = false;
        running.delete(work);
      });
    running.add(work);
  }

  async function countUnclear(): Promise<void> {
    const answer = await redis.run(SCRIPTS.unclear, [keys.unclear], [MOST_UNCLEAR, UNCLEAR_MS]);
    const found = UnclearAnswer.parse(answer);
    if (found.length === 0) return;
    const spent = await spentBy(found.filter((_, at) => at % 2 === 1));
    for (let at = 0; at < found.length; at += 2) {
      const [hold = '', request = ''] = found.slice(at, at + 2);
      const { tokens, cost } = spent.get(request) ?? {};
      if (tokens === undefined || cost === undefined) continue;
      await redis.run(SCRIPTS.clear, [keys.unclear], [hold, tokens, cost]);
    }
  }

  /** What was used without Redis is in the usage table: those counters are read from there. */
  async function comeBack(): Promise<void> {
    for (const one of late) {
      await settleShared(one, false);
      late.delete(one);
    }
    loading.clear();
    const names = [...touched];
    if (names.length > 0) await redis.run(SCRIPTS.doubt, names, []);
    for (const name of names) touched.delete(name);
    if (away) log?.info('Redis is back: limits are shared again');
    away = false;
  }

  return {
    async hold(request) {
      if (request.rules.length === 0) return { id: newId(), limits: [] };
      if (away) return holdHere(request);
      try {
        return await holdShared(request);
      } catch (thrown) {
        if (isOurs(thrown)) throw thrown;
        leave(thrown);
        return holdHere(request);
      }
    },
    settle(hold, spent) {
      if (localHolds.delete(hold.id)) local.settle(hold, spent);
      else end(hold.id, spent);
    },
    async state(rules) {
      if (away) return local.state(rules);
      const slots = rules.map(slotOf);
      const found = await redis.read(
        slots.map(({ key }) => key),
        ['u', 'h'],
      );
      const unread = slots.filter(
        ({ rule }, at) => isKept(rule.metric) && typeof found[at]?.[0] !== 'string',
      );
      const seeds = await readUsed(unread);
      return slots.map(
        ({ rule, key, to }, at): QuotaState => ({
          ...rule,
          used: seeds.get(key) ?? Number(found[at]?.[0] ?? 0),
          held: Number(found[at]?.[1] ?? 0),
          resetsAt: to === null ? null : new Date(to).toISOString(),
        }),
      );
    },
    shared: () => !away,
    async start() {
      await redis.opened();
      redis.onLost(() => leave(new Error('the connection was lost')));
      await beat();
    },
    async close() {
      closed = true;
      cancelBeat();
      await Promise.allSettled(running);
      redis.close();
    },
  };
}

function looksOf(slots: readonly Slot[], request: Spend, taken: readonly number[]): QuotaLook[] {
  let refused = false;
  return slots.map(({ rule, to }, at) => {
    const asked = askedOf(rule.metric, request);
    const [used = 0, held = 0] = taken.slice(2 * at, 2 * at + 2);
    const decided: boolean = !refused && !fits({ limit: rule.limit, used, held, asked });
    refused ||= decided;
    return { ...rule, used, held, asked, resetsAt: to, decided };
  });
}

/** Whether it was said on purpose, and not by Redis. */
function isOurs(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'AppError';
}

/** Notices that the clock went back, so that nobody gets a minute twice. */
function createMinutes() {
  let latest = 0;
  let before: number | null = null;
  return {
    /** The minute to carry over from in that of `from`; null = none. */
    before(from: number): number | null {
      if (from < latest) before = latest;
      else if (from > latest) before = null;
      latest = from;
      return before;
    },
  };
}
