import { type Measures, measure, type Told } from './measures.ts';
import { type Random, seeded } from './random.ts';
import type { Selector, SelectorDeps, Tried } from './selectors.ts';
import { createSimClock } from './sim-clock.ts';
import { createPlatforms, makeWorld, type WorldAccount } from './world.ts';

const START = Date.UTC(2026, 0, 5);
const PEOPLE = 20;
const ACCOUNTS = 30;
const MOST_ATTEMPTS = 10;
const SECOND = 1_000;

/** How much people do by the hour (UTC), as a part of what they do at most. */
const BUSY_HOURS = [
  ...[0.15, 0.1, 0.1, 0.1, 0.1, 0.15, 0.3, 0.5, 0.8, 1, 1, 0.9],
  ...[0.7, 0.9, 1, 1, 0.9, 0.7, 0.5, 0.4, 0.4, 0.3, 0.25, 0.2],
];

/**
 * A day (or its first hours) of 20 people and 30 accounts, or so many times that, in simulated time,
 * without a network. The people, their accounts, the outages and the order of everything follow from
 * the seed alone; the way accounts are chosen is what differs.
 */
export async function simulate(
  seed: number,
  makeSelector: (deps: SelectorDeps) => Selector | Promise<Selector>,
  { hours = 24, times = 1 }: { hours?: number; times?: number } = {},
): Promise<Measures> {
  const clock = createSimClock(START);
  const world = makeWorld(seeded(seed), START, ACCOUNTS * times);
  const platforms = createPlatforms(world, seeded(seed + 1));
  const { accounts } = world;
  const selector = await makeSelector({ accounts, clock, random: seeded(seed + 2) });
  const told: Told[] = [];

  /** Sends one request; resolves with the account that answers it, once it is answered. */
  async function ask(
    conversation: string,
    before: WorldAccount | null,
  ): Promise<WorldAccount | null> {
    const askedAt = clock.now();
    const home = before && platforms.hasRoom(before, askedAt) ? before.id : null;
    const tried = { accounts: new Set<string>(), platforms: new Set<string>() };
    let account = await selector.first(conversation);
    for (let failures = 0, attempts = 1; account; attempts += 1) {
      const takenAt = clock.now();
      const verdict = platforms.ask(account, takenAt);
      if (verdict.kind === 'served') {
        told.push({ account: account.id, roomElsewhere: false, home, ms: takenAt - askedAt });
        await clock.sleep(verdict.ms);
        platforms.ended(account);
        selector.over(account, verdict, platforms.remaining(account));
        return account;
      }
      await clock.sleep(verdict.ms);
      selector.over(account, verdict, platforms.remaining(account));
      tried.accounts.add(account.id);
      if (verdict.kind === 'failed') {
        failures += 1;
        tried.platforms.add(account.platformId);
      }
      account = mayGoOn(selector, failures, attempts)
        ? selector.another(conversation, tried satisfies Tried)
        : null;
    }
    const roomElsewhere = accounts.some((each) => platforms.hasRoom(each, clock.now()));
    told.push({ account: null, roomElsewhere, home, ms: clock.now() - askedAt });
    return null;
  }

  /** A conversation of 1 to 20 turns, read and answered at a person's or a tool's pace. */
  async function converse(name: string, random: Random): Promise<void> {
    const turns = random.whole(1, 20);
    const pace = random.pick([4 * SECOND, 15 * SECOND, 60 * SECOND]);
    let before: WorldAccount | null = null;
    for (let turn = 0; turn < turns; turn += 1) {
      before = (await ask(name, before)) ?? before;
      await clock.sleep(random.wait(pace));
    }
  }

  /** Conversations in bursts, some side by side, with rests between them. */
  async function person(name: string, random: Random): Promise<void> {
    for (let talk = 0; ; ) {
      const hour = Math.floor((clock.now() - START) / 3_600_000) % 24;
      await clock.sleep(random.wait((12 * 60 * SECOND) / (BUSY_HOURS[hour] ?? 1)));
      for (let burst = random.whole(1, 6); burst > 0; burst -= 1, talk += 1) {
        void converse(`${name} talk ${talk}`, seeded(seed + hashOf(name) + talk * 7_919));
        await clock.sleep(random.wait(3 * SECOND));
      }
    }
  }

  for (let at = 0; at < PEOPLE * times; at += 1) {
    void person(`person ${at}`, seeded(seed * 1_000 + at));
  }
  await clock.runUntil(START + hours * 3_600_000);
  return measure(
    told,
    accounts.map((account) => platforms.used(account) / account.daily),
  );
}

/** Those that know nothing of an account's limits give up after three attempts, whatever they met. */
function mayGoOn({ mostFailures }: Selector, failures: number, attempts: number): boolean {
  return failures < mostFailures && attempts < MOST_ATTEMPTS;
}

function hashOf(name: string): number {
  return [...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 1_000_003;
}
