import { expect, test } from 'vitest';
import type { EndedRequest, RunningRequests } from '../../gateway/ports.ts';
import { fakeChanges } from '../../testing/fake-changes.ts';
import { fakeClock } from '../../testing/fake-clock.ts';
import { createEndings } from './endings.ts';
import type { EndingsRepo, OpenSwitch, StreamRow } from './off-switch.repo.ts';

type Asked = { user: string; code: string; until: number | undefined };

function request(id: string, done: Promise<void> = Promise.resolve()): EndedRequest {
  return { id, at: 0, door: 'chat', model: 'm', stream: true, asked: true, done };
}

/** Endings over switches that are open, people who are barred, and requests that run. */
async function started(open: OpenSwitch[], running: Record<string, EndedRequest[]> = {}) {
  const clock = fakeClock();
  const bus = fakeChanges();
  const errors: unknown[] = [];
  const beats: number[] = [];
  const answers: { switchId: string; streams: readonly StreamRow[] }[] = [];
  const asked: Asked[] = [];
  const barred = new Set<string>();
  const state = { broken: false };
  const repo: EndingsRepo = {
    async beat(_id, _startedAt, now) {
      if (state.broken) throw new Error('the database is away');
      beats.push(now.getTime());
    },
    leave: async () => undefined,
    open: async (_server, ids) =>
      open.filter(
        ({ id, userId }) =>
          (ids === null || ids.includes(userId)) &&
          !answers.some(({ switchId }) => switchId === id),
      ),
    barred: async (ids) => ids.filter((id) => barred.has(id)),
    answer: async ({ switchId }, streams) => void answers.push({ switchId, streams }),
  };
  const requests: RunningRequests = {
    users: () => new Set(Object.keys(running)),
    end(user, { code }, until) {
      asked.push({ user, code, until });
      return running[user] ?? [];
    },
  };
  const endings = createEndings({
    ...{ server: 'here', repo, clock, changes: bus },
    onError: (error) => errors.push(error),
  });
  endings.attach(requests);
  await endings.start();
  return { ...{ answers, asked, barred, beats, bus, clock, endings, errors, state } };
}

const person = (id: string, userId: string): OpenSwitch => ({
  ...{ id, userId, kind: 'person' },
  at: new Date(Date.UTC(2026, 0, 1)),
});

/** Lets what was begun run as far as it can. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test('a switch is answered with what ended, once, however often it is heard', async () => {
  const h = await started([person('s', 'ben')], { ben: [request('r1'), request('r2')] });
  await Promise.all([h.bus.say('users', ['ben']), h.bus.say('users', ['ben'])]);
  await h.bus.say('users', ['ben']);
  expect(h.answers).toHaveLength(1);
  expect(h.answers[0]?.streams.map(({ endedAt, requestId }) => [requestId, endedAt])).toEqual([
    ['r1', new Date(h.clock.now())],
    ['r2', new Date(h.clock.now())],
  ]);
});

test('a request that does not end is told of as running', async () => {
  const never = new Promise<void>(() => undefined);
  const h = await started([person('s', 'ben')], { ben: [request('r1', never), request('r2')] });
  await h.bus.say('users', ['ben']);
  await settled();
  expect(h.answers).toEqual([]);
  h.clock.advance(5_000);
  await settled();
  expect(h.answers[0]?.streams.map(({ endedAt }) => endedAt === null)).toEqual([true, false]);
});

test('one’s own switch spares what began well after it', async () => {
  const open: OpenSwitch = { ...person('s', 'ben'), kind: 'own' };
  const h = await started([open]);
  await h.bus.say('users', ['ben']);
  const until = open.at.getTime() + 5_000;
  expect(h.asked).toEqual([{ user: 'ben', code: 'ended_by_owner', until }]);
});

test('whoever may not ask any more has what runs ended, and nobody else', async () => {
  const h = await started([], { ben: [request('r1')], cid: [request('r2')] });
  h.barred.add('ben');
  await h.bus.say('users', ['ben', 'cid', 'dan']);
  expect(h.asked).toEqual([{ user: 'ben', code: 'ended_by_admin', until: undefined }]);
});

test('after a gap everybody who runs something is looked at', async () => {
  const h = await started([person('s', 'dan')], { ben: [request('r1')] });
  h.barred.add('ben');
  await h.bus.gap();
  expect(h.asked.map(({ user }) => user)).toEqual(['dan', 'ben']);
  expect(h.answers).toHaveLength(1);
});

test('a server says every ten seconds that it is there, and one outage is one error', async () => {
  const h = await started([]);
  h.clock.advance(10_000);
  await settled();
  expect(h.beats).toHaveLength(2);
  h.state.broken = true;
  for (let i = 0; i < 3; i += 1) {
    h.clock.advance(10_000);
    await settled();
  }
  expect(h.errors).toHaveLength(1);
  h.state.broken = false;
  h.clock.advance(10_000);
  await settled();
  expect(h.beats).toHaveLength(3);
  await h.endings.close();
  expect(h.clock.timers()).toBe(0);
});
