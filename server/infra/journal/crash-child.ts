import { systemClock } from '../clock.ts';
import { openJournal } from './index.ts';

// Run by journal.test.ts in a process of its own, which it kills: appends without end, and prints the
// id of every record once it is acknowledged.
const [dir = '', name = ''] = process.argv.slice(2);
const quiet = { warn: () => {}, error: () => {} };
const journal = await openJournal({
  dir,
  clock: systemClock,
  log: quiet,
  segmentBytes: 20_000,
  deliver: () => Promise.reject(new Error('away')),
});

async function forEver(lane: number): Promise<void> {
  for (let i = 0; ; i++) {
    const id = `${name}-${lane}-${i}`;
    await journal.append({ id });
    process.stdout.write(`${id}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, (_, lane) => forEver(lane)));
