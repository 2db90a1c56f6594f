import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { fakeClock } from '#server/testing/fake-clock.ts';
import { createJobs } from './jobs.ts';

const unused = () => Promise.reject(new Error('nothing is done here'));

test('requests have their turn while the things of a job are sealed', async () => {
  let sealed = 0;
  const stored: unknown[] = [];
  const jobs = createJobs({
    repo: {
      cancel: unused,
      insert: async ({ items }) => void stored.push(...items),
    },
    queue: new Proxy({} as Parameters<typeof createJobs>[0]['queue'], { get: () => unused }),
    cipher: {
      seal: (text) => {
        sealed += 1;
        return `sealed ${text}`;
      },
      open: String,
    },
    clock: fakeClock(),
    newId: () => 'job',
    explain: (thrown) => {
      throw thrown;
    },
    onError: () => undefined,
  });
  jobs.define('kind', { concurrency: 1, batch: 1, sealed: true, run: unused });
  const items = Array.from({ length: 5_000 }, (_, at) => ({ name: '', input: String(at) }));
  const started = jobs.start('kind', { ownerId: null, input: {}, items });
  const seen: number[] = [];
  while (sealed < items.length) {
    seen.push(sealed);
    await setImmediate();
  }
  await started;
  expect(new Set(seen).size).toBeGreaterThan(20);
  expect(stored).toEqual(items.map(({ input, name }) => ({ name, input: `sealed ${input}` })));
});
