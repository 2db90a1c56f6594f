import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPreviewTurns } from './preview-turns.ts';

// The limiter library reads the machine's clock.
beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1), toFake: ['Date', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('a person previews so often a minute, and others as often beside them', async () => {
  const turns = createPreviewTurns();
  const ask = (who: string) => turns.run(who, async () => 'counted');
  for (let n = 0; n < 12; n += 1) expect(await ask('ann')).toBe('counted');
  vi.advanceTimersByTime(20_000);
  await expect(ask('ann')).rejects.toMatchObject({
    code: 'too_many_tries',
    message: 'Too many previews in a minute. Wait 40 s, then try again.',
    retryAfterMs: 40_000,
  });
  expect(await ask('ben')).toBe('counted');
  vi.advanceTimersByTime(40_000);
  expect(await ask('ann')).toBe('counted');
});

test('two run at once; a third waits until one is over, well or not', async () => {
  const turns = createPreviewTurns();
  const slow = Promise.withResolvers<string>();
  const fails = Promise.withResolvers<string>();
  const first = turns.run('ann', () => slow.promise);
  const second = turns.run('ann', () => fails.promise);
  await expect(turns.run('ann', async () => 'third')).rejects.toMatchObject({
    code: 'too_many_tries',
  });
  expect(await turns.run('ben', async () => 'his')).toBe('his');
  fails.reject(new Error('the database is away'));
  await expect(second).rejects.toThrow('away');
  expect(await turns.run('ann', async () => 'third')).toBe('third');
  slow.resolve('first');
  expect(await first).toBe('first');
});
