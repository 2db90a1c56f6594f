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
    model: 'gpt-lab',
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
