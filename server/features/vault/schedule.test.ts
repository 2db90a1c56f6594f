import { expect, test } from 'vitest';
import { fakeChanges } from '#server/testing/fake-changes.ts';
import { fakeClock } from '#server/testing/fake-clock.ts';
import { createSchedule } from './schedule.ts';
import { USUAL_SETTINGS } from './settings.ts';

const TICK_MS = 15_000;

function begun() {
  const clock = fakeClock();
  const changes = fakeChanges();
  const planned: number[] = [];
  const more = { ask: false };
  const schedule = createSchedule({
    store: {
      claimDue: () => Promise.resolve([]),
      planForgotten: () => {
        planned.push(clock.now());
        return Promise.resolve(more.ask);
      },
      release: () => Promise.resolve(),
      trimHistory: () => Promise.resolve(false),
    },
    refresher: {
      claimant: { server: 'a', holdMs: 90_000, graceMs: 600_000 },
      refreshClaimed: () => Promise.reject(new Error('nothing is due')),
    },
    ...{ changes, clock },
    settings: () => USUAL_SETTINGS,
    onError: (error) => expect.fail(String(error)),
  });
  async function tick() {
    await changes.settle();
    clock.advance(TICK_MS);
    await changes.settle();
  }
  return { changes, clock, more, planned, schedule, tick };
}

test('what has no plan is looked for after accounts changed, at the next look; else every ten minutes', async () => {
  const { changes, planned, schedule, tick } = begun();
  schedule.start();
  await changes.settle();
  expect(planned).toHaveLength(1);
  await tick();
  expect(planned).toHaveLength(1);
  await changes.say('accounts', ['x']);
  await tick();
  expect(planned).toHaveLength(2);
  for (let n = 0; n < 38; n += 1) await tick();
  expect(planned).toHaveLength(3);
  await schedule.close();
});

test('while there is more without a plan than is planned at once, every look goes on', async () => {
  const { changes, more, planned, schedule, tick } = begun();
  more.ask = true;
  schedule.start();
  for (let n = 0; n < 3; n += 1) await tick();
  expect(planned).toHaveLength(4);
  more.ask = false;
  for (let n = 0; n < 3; n += 1) await tick();
  expect(planned).toHaveLength(5);
  await schedule.close();
  await changes.say('accounts', []);
});
