import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  active,
  type Cause,
  type LearnedCause,
  phaseOf,
  type Standing,
  type StateEvent,
  type StateName,
  step,
} from './account-state.ts';

const T = Date.UTC(2026, 0, 1, 12);
const MIDNIGHT = Date.UTC(2026, 0, 2);
const DAY = 86_400_000;

const then = (standing: Standing, event: StateEvent, now = T) => step(standing, event, now, 'UTC');
const fails = (
  cause: Exclude<Cause, 'person'>,
  more: { takenAt?: number; returnsAt?: number | null } = {},
): StateEvent => ({ kind: 'failed', cause, takenAt: T, returnsAt: null, ...more });

const WELL = active(T - DAY);
const COOLING = then(WELL, fails('server'));
const EXHAUSTED = then(WELL, fails('quota'));
const EXPIRED = then(WELL, fails('credential'));
const DISABLED = then(WELL, { kind: 'disabled' });
const EACH: Record<StateName, Standing> = {
  active: WELL,
  cooling: COOLING,
  exhausted: EXHAUSTED,
  expired: EXPIRED,
  disabled: DISABLED,
};

describe('every state after every event', () => {
  const LATER = T + 2 * DAY;
  const EVENTS: Record<string, StateEvent> = {
    succeeded: { kind: 'succeeded', takenAt: LATER },
    burst: fails('burst', { takenAt: LATER }),
    quota: fails('quota', { takenAt: LATER }),
    server: fails('server', { takenAt: LATER }),
    network: fails('network', { takenAt: LATER }),
    forbidden: fails('forbidden', { takenAt: LATER }),
    credential: fails('credential', { takenAt: LATER }),
    'used up for a minute': { kind: 'used-up', resetAt: LATER + 60_000 },
    'used up for the day': { kind: 'used-up', resetAt: LATER + DAY },
    enabled: { kind: 'enabled' },
    disabled: { kind: 'disabled' },
    rekeyed: { kind: 'rekeyed' },
  };
  const TABLE: Record<string, Record<StateName, StateName>> = {
    succeeded: row('active', 'active', 'active', 'active', 'disabled'),
    burst: row('cooling', 'cooling', 'cooling', 'expired', 'disabled'),
    quota: row('exhausted', 'exhausted', 'exhausted', 'expired', 'disabled'),
    server: row('cooling', 'cooling', 'cooling', 'expired', 'disabled'),
    network: row('cooling', 'cooling', 'cooling', 'expired', 'disabled'),
    forbidden: row('cooling', 'cooling', 'cooling', 'expired', 'disabled'),
    credential: row('expired', 'expired', 'expired', 'expired', 'disabled'),
    'used up for a minute': row('cooling', 'cooling', 'exhausted', 'expired', 'disabled'),
    'used up for the day': row('exhausted', 'exhausted', 'exhausted', 'expired', 'disabled'),
    enabled: row('active', 'active', 'active', 'active', 'active'),
    disabled: row('disabled', 'disabled', 'disabled', 'disabled', 'disabled'),
    rekeyed: row('active', 'active', 'active', 'active', 'disabled'),
  };
  function row(...[a, c, x, e, d]: [StateName, StateName, StateName, StateName, StateName]) {
    return { active: a, cooling: c, exhausted: x, expired: e, disabled: d };
  }

  for (const [name, event] of Object.entries(EVENTS)) {
    test.each(Object.entries(TABLE[name] ?? {}))(`${name}: from %s to %s`, (from, to) => {
      expect(then(EACH[from as StateName], event, LATER).state).toBe(to);
    });
  }
});

describe('a rest', () => {
  test.each<[LearnedCause, number[]]>([
    ['burst', [5, 10, 20, 40, 80, 160, 320, 600, 600]],
    ['server', [5, 10, 20, 40, 80, 160, 300, 300]],
    ['network', [2, 4, 8, 16, 32, 64, 120, 120]],
    ['forbidden', [600, 1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 76_800, 86_400]],
  ])('after %s lasts %j seconds, each time in a row', (cause, seconds) => {
    let standing = WELL;
    let now = T;
    const rests = seconds.map(() => {
      standing = then(standing, fails(cause, { takenAt: now }), now);
      const rest = ((standing.until ?? 0) - now) / 1_000;
      now = standing.until ?? 0;
      return rest;
    });
    expect(rests).toEqual(seconds);
  });

  test('of one cause does not lengthen that of another', () => {
    const twice = then(COOLING, fails('server', { takenAt: T + 5_000 }), T + 5_000);
    expect(twice.strikes).toEqual({ server: 2 });
    const other = then(twice, fails('burst', { takenAt: T + 60_000 }), T + 60_000);
    expect(other).toMatchObject({ cause: 'burst', until: T + 65_000 });
    expect(other.strikes).toEqual({ server: 2, burst: 1 });
  });

  test('lasts as long as the platform asked, a day at most, a second at least', () => {
    const until = (returnsAt: number) => then(WELL, fails('burst', { returnsAt })).until;
    expect(until(T + 42_000)).toBe(T + 42_000);
    expect(until(T + 9 * DAY)).toBe(T + DAY);
    expect(until(T - 5)).toBe(T + 1_000);
  });

  test('is one strike for fifty requests that fail together', () => {
    let standing = WELL;
    for (let n = 0; n < 50; n += 1) {
      standing = then(standing, fails('server', { takenAt: T - 10 }), T + n);
    }
    expect(standing).toMatchObject({ until: T + 5_000, strikes: { server: 1 } });
  });

  test('is lengthened by a running request that learns of a later return, not by a shorter one', () => {
    const later = fails('burst', { takenAt: T - 10, returnsAt: T + 60_000 });
    const longer = then(COOLING, later, T + 1);
    expect(longer).toMatchObject({ cause: 'server', until: T + 60_000, strikes: { server: 1 } });
    const sooner = fails('burst', { takenAt: T - 10, returnsAt: T + 1_000 });
    expect(then(longer, sooner, T + 2)).toBe(longer);
  });

  test('becomes exhaustion when a running request learns that the quota is used up', () => {
    const standing = then(COOLING, fails('quota', { takenAt: T - 10 }), T + 1);
    expect(standing).toMatchObject({ state: 'exhausted', cause: 'quota', until: MIDNIGHT });
  });

  test('is over exactly at its end, and then half open', () => {
    const phases = [T, T + 4_999, T + 5_000].map((now) => phaseOf(COOLING, now));
    expect(phases).toEqual(['resting', 'resting', 'half-open']);
  });
});

describe('exhaustion', () => {
  test('lasts until the platform says, else to the next midnight of the zone', () => {
    const until = (event: StateEvent, zone = 'UTC') => step(WELL, event, T, zone).until;
    expect(until(fails('quota'))).toBe(MIDNIGHT);
    expect(until(fails('quota'), 'Asia/Shanghai')).toBe(Date.UTC(2026, 0, 1, 16));
    expect(until(fails('quota', { returnsAt: T + 20 * DAY }))).toBe(T + 20 * DAY);
    expect(until(fails('quota', { returnsAt: T + 99 * DAY }))).toBe(T + 35 * DAY);
  });

  test('by a quota that says nothing is left for less than a second is none', () => {
    expect(then(WELL, { kind: 'used-up', resetAt: T + 12 })).toBe(WELL);
  });
});

describe('a success', () => {
  test('forgets the strikes', () => {
    const well = then(COOLING, { kind: 'succeeded', takenAt: T + 5_000 }, T + 6_000);
    expect(well).toEqual(active(T + 6_000));
  });

  test('of a request that was running before the rest began ends nothing', () => {
    expect(then(COOLING, { kind: 'succeeded', takenAt: T - 1 }, T + 1)).toBe(COOLING);
    expect(then(EXPIRED, { kind: 'succeeded', takenAt: T - 1 }, T + 1)).toBe(EXPIRED);
  });
});

describe('any history', () => {
  const event: fc.Arbitrary<(now: number) => StateEvent> = fc.oneof(
    fc.integer({ min: -DAY, max: 0 }).map((ago) => (now: number) => ({
      kind: 'succeeded' as const,
      takenAt: now + ago,
    })),
    fc
      .record({
        cause: fc.constantFrom('burst', 'quota', 'server', 'network', 'credential', 'forbidden'),
        ago: fc.integer({ min: -DAY, max: 0 }),
        returns: fc.option(fc.integer({ min: -DAY, max: 400 * DAY })),
      })
      .map(({ cause, ago, returns }) => (now: number) => ({
        kind: 'failed' as const,
        cause: cause as Exclude<Cause, 'person'>,
        takenAt: now + ago,
        returnsAt: returns === null ? null : now + returns,
      })),
    fc.integer({ min: -DAY, max: 400 * DAY }).map((reset) => (now: number) => ({
      kind: 'used-up' as const,
      resetAt: now + reset,
    })),
    fc
      .constantFrom('enabled', 'disabled', 'rekeyed')
      .map((kind) => () => ({ kind: kind as 'enabled' | 'disabled' | 'rekeyed' })),
  );
  const history = fc.array(fc.tuple(event, fc.integer({ min: 0, max: 2 * DAY })), {
    maxLength: 40,
  });

  function isConsistent({ cause, state, strikes, until }: Standing) {
    expect(cause === null).toBe(state === 'active');
    expect(until !== null).toBe(state === 'cooling' || state === 'exhausted');
    for (const count of Object.values(strikes)) expect(count).toBeLessThanOrEqual(30);
  }

  function isTimely(before: Standing, standing: Standing, now: number) {
    expect(standing.since).toBeLessThanOrEqual(now);
    expect(standing.since).toBeGreaterThanOrEqual(before.since);
    if (standing.until === null || standing === before) return;
    expect(standing.until).toBeLessThanOrEqual(now + 36 * DAY);
    expect(standing.until).toBeGreaterThan(now);
  }

  test('keeps state, cause and end in step, ends every rest, and never turns time back', () => {
    fc.assert(
      fc.property(history, (events) => {
        let standing = WELL;
        let now = T;
        for (const [make, pause] of events) {
          now += pause;
          const before = standing;
          const happened = make(now);
          standing = then(standing, happened, now);
          isConsistent(standing);
          isTimely(before, standing, now);
          // Only a person switches on again what a person switched off.
          const stays = before.state === 'disabled' && happened.kind !== 'enabled';
          expect(!stays || standing === before).toBe(true);
          // Hearing the same again changes nothing, or moves an end by less than is news.
          const again = then(standing, happened, now);
          expect(again.state).toBe(standing.state);
        }
      }),
    );
  });
});
