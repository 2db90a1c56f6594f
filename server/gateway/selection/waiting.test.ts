import { describe, expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { fakeClock } from '../../testing/fake-clock.ts';
import { createWaiting, type Errand, type WaitingLimits } from './waiting.ts';

/** A counter of places, and requests that want one. */
function room(places: number, limits: Partial<WaitingLimits> = {}) {
  const clock = fakeClock();
  const waiting = createWaiting({ clock, limits: { most: 100, ms: 10_000, ...limits } });
  const served: string[] = [];
  let left = places;
  const errand = (name: string, more: Partial<Errand<string>> = {}): Errand<string> => ({
    person: name,
    model: 'gpt-lab',
    bytes: 1_000,
    signal: new AbortController().signal,
    attempt() {
      if (left === 0) return null;
      left -= 1;
      served.push(name);
      return name;
    },
    ...more,
  });
  return {
    clock,
    waiting,
    served,
    errand,
    ask: (name: string, more?: Partial<Errand<string>>) => waiting.serve(errand(name, more)),
    free() {
      left += 1;
      waiting.wake();
    },
    /** Without telling anyone. */
    comeBack() {
      left += 1;
    },
  };
}

const failure = (promise: Promise<unknown>): Promise<AppError> =>
  promise.then(
    () => {
      throw new Error('it was served');
    },
    (error: AppError) => error,
  );

describe('waiting for an account', () => {
  test('nobody waits while there is room', async () => {
    const { ask, waiting, clock } = room(1);
    expect(await ask('a')).toEqual({ got: 'a', waited: null });
    expect(waiting.count()).toBe(0);
    expect(clock.timers()).toBe(0);
  });

  test('first come, first served, with the time and those ahead', async () => {
    const { ask, free, clock, served, waiting } = room(0);
    const first = ask('a');
    clock.advance(100);
    const second = ask('b');
    expect(waiting.count()).toBe(2);
    clock.advance(100);
    free();
    expect(await first).toEqual({ got: 'a', waited: { ms: 200, ahead: 0 } });
    clock.advance(50);
    free();
    expect(await second).toEqual({ got: 'b', waited: { ms: 150, ahead: 1 } });
    expect(served).toEqual(['a', 'b']);
    expect(clock.timers()).toBe(0);
  });

  test('who comes later overtakes nobody', async () => {
    const { ask, comeBack, served, waiting } = room(0);
    const first = ask('a');
    comeBack();
    const second = ask('b');
    await first;
    expect(served).toEqual(['a']);
    expect(waiting.count()).toBe(1);
    comeBack();
    waiting.wake();
    await second;
    expect(served).toEqual(['a', 'b']);
  });

  test('one that cannot be served yet does not hold up those behind it', async () => {
    const { ask, free, waiting } = room(0);
    void ask('a', { attempt: () => null }).catch(() => undefined);
    const second = ask('b');
    free();
    expect((await second).got).toBe('b');
    expect(waiting.count()).toBe(1);
  });

  test('what returns without a word is found within a moment', async () => {
    const { ask, comeBack, clock } = room(0);
    const waits = ask('a');
    clock.advance(300);
    comeBack();
    clock.advance(250);
    expect((await waits).waited?.ms).toBeLessThanOrEqual(550);
  });

  test('the deadline ends it and tells the place and the time', async () => {
    const { ask, clock, waiting } = room(0, { ms: 2_000 });
    const first = failure(ask('a'));
    const second = failure(ask('b'));
    clock.advance(2_000);
    const error = await second;
    expect(error).toMatchObject({ code: 'rate_limited', retryAfterMs: 2_000 });
    expect(error.message).toContain('waited 2 s, with 1 in line before it');
    expect((await first).message).toContain('first in line');
    expect(waiting.count()).toBe(0);
    expect(clock.timers()).toBe(0);
  });

  test('what frees at the last moment still counts', async () => {
    const { ask, clock, comeBack } = room(0, { ms: 240 });
    const waits = ask('a');
    comeBack();
    clock.advance(240);
    expect((await waits).got).toBe('a');
  });

  test('the queue of one model is full, that of another is not', async () => {
    const { ask, waiting } = room(0, { most: 2 });
    for (const name of ['a', 'b']) void ask(name).catch(() => undefined);
    const error = await failure(ask('c'));
    expect(error.code).toBe('rate_limited');
    expect(error.message).toContain('2 requests wait already, each for at most 10 s');
    void ask('d', { model: 'other' }).catch(() => undefined);
    expect(waiting.count()).toBe(3);
  });

  test('one person fills a quarter of a line, and one place of a short one', async () => {
    const { ask, waiting } = room(0, { most: 8 });
    const by = (person: string, model = 'gpt-lab') => ask(person, { person, model });
    for (let n = 0; n < 2; n += 1) void by('ann').catch(() => undefined);
    const error = await failure(by('ann'));
    expect(error).toMatchObject({ code: 'rate_limited', retryAfterMs: 10_000 });
    expect(error.message).toContain('2 requests of yours wait already');
    void by('ben').catch(() => undefined);
    void by('ann', 'other').catch(() => undefined);
    expect(waiting.count()).toBe(4);
    const short = room(0, { most: 1 });
    void short.ask('ann').catch(() => undefined);
    expect(short.waiting.count()).toBe(1);
  });

  test('people are served in turn, each in the order they asked', async () => {
    const { ask, comeBack, waiting, served } = room(0);
    const asked: Promise<unknown>[] = [];
    for (const name of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) {
      asked.push(ask(name, { person: name.slice(0, 1) }));
    }
    for (let n = 0; n < 6; n += 1) {
      comeBack();
      // Two at once, then one, then the rest at once.
      if (n !== 0 && n !== 3) waiting.wake();
    }
    await Promise.all(asked);
    expect(served).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  test('who was served goes behind everyone else, for whatever model', async () => {
    const { ask, free, served } = room(0);
    const asked = ['a1', 'a2', 'a3'].map((name) => ask(name, { person: 'a', model: name }));
    asked.push(ask('b1', { person: 'b' }));
    for (let n = 0; n < 4; n += 1) free();
    await Promise.all(asked);
    expect(served).toEqual(['a1', 'b1', 'a2', 'a3']);
  });

  test('the place told is the one in turn', async () => {
    const { ask, comeBack, waiting, served } = room(0);
    const names = ['a1', 'a2', 'a3', 'b1', 'c1', 'b2', 'a4'];
    const asked = names.map((name) => ask(name, { person: name.slice(0, 1) }));
    void ask('x', { person: 'b', model: 'other', attempt: () => null }).catch(() => undefined);
    for (const _name of names) comeBack();
    waiting.wake();
    const places = (await Promise.all(asked)).map(({ waited }) => waited?.ahead);
    // Each as the line stood when it joined: b1 behind a1, c1 behind both, b2 behind those and a2.
    expect(places).toEqual([0, 1, 2, 1, 2, 4, 6]);
    expect(served).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
  });

  test('who arrives makes only the next in turn look', async () => {
    const { ask, free, waiting } = room(0);
    let looks = 0;
    const counting = {
      attempt() {
        looks += 1;
        return null;
      },
    };
    for (let n = 0; n < 50; n += 1) void ask(`w${n}`, counting).catch(() => undefined);
    expect(waiting.count()).toBe(50);
    // Each once for itself, and once the next in turn for each that came later.
    expect(looks).toBe(50 + 49);
    free();
    expect(looks).toBe(50 + 49 + 50);
  });

  test('what waits is bounded in memory, all models together', async () => {
    const { ask, free, waiting } = room(0);
    const large = { bytes: 100 * 1024 * 1024 };
    const first = ask('a', large);
    void ask('b', { ...large, model: 'other' }).catch(() => undefined);
    const error = await failure(ask('c', large));
    expect(error).toMatchObject({ code: 'rate_limited', retryAfterMs: 10_000 });
    expect(error.message).toContain('fill the memory kept for them');
    free();
    await first;
    void ask('c', large).catch(() => undefined);
    expect(waiting.count()).toBe(2);
  });

  test('with no time to wait it is refused at once', async () => {
    const { ask } = room(0, { ms: 0 });
    expect(await failure(ask('a'))).toMatchObject({ code: 'rate_limited', retryAfterMs: 1_000 });
  });

  test('who leaves is gone at once and takes nothing', async () => {
    const { ask, free, clock, served, waiting } = room(0);
    const abort = new AbortController();
    const gone = failure(ask('a', { signal: abort.signal }));
    abort.abort(new AppError('client_closed', 'The client left.'));
    expect((await gone).code).toBe('client_closed');
    expect(waiting.count()).toBe(0);
    expect(clock.timers()).toBe(0);
    free();
    expect(served).toEqual([]);
  });

  test('who left already does not join', async () => {
    const { ask, waiting } = room(0);
    const error = new AppError('client_closed', 'The client left.');
    expect(await failure(ask('a', { signal: AbortSignal.abort(error) }))).toBe(error);
    expect(waiting.count()).toBe(0);
  });

  test('what goes wrong on the way reaches the one who waits, and nobody else', async () => {
    const { ask, waiting, errand } = room(0);
    const broken = new AppError('no_account', 'None is left.');
    let tries = 0;
    const waits = failure(
      waiting.serve({
        ...errand('a'),
        attempt() {
          tries += 1;
          if (tries === 1) return null;
          throw broken;
        },
      }),
    );
    void ask('b').catch(() => undefined);
    expect(await waits).toBe(broken);
    expect(waiting.count()).toBe(1);
  });
});
