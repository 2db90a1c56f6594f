import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { loadavg } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { migrate } from '#server/infra/migrations/migrate.ts';
import { createPool } from '#server/infra/postgres/pool.ts';
import { startPostgres } from '#server/infra/postgres/server.ts';
import { fillUsage, isFilled, sumUp } from './fill.ts';
import { measureUsage } from './measure.ts';

const MIGRATIONS = path.resolve(import.meta.dirname, '../../prisma/migrations');
const loadNow = () => (loadavg()[0] ?? 0).toFixed(1);
const print = (line: string) => process.stdout.write(`${line}\n`);

/** Fills a database of its own with records of requests and says how long the console waits for them. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '1000000' },
      days: { type: 'string', default: '60' },
      // Where the filled database is kept, for the next run to read.
      keep: { type: 'string' },
      // Sums up again what was kept.
      rebuild: { type: 'boolean', default: false },
    },
  });
  const [rows, days] = [Number(values.rows), Number(values.days)];
  if (!Number.isInteger(rows) || rows < 1 || !Number.isInteger(days) || days < 1) {
    throw new Error(
      'npm run bench:data -- [--rows 1000000] [--days 60] [--keep DIRECTORY [--rebuild]]',
    );
  }
  const load = loadNow();
  // PostgreSQL's user must be able to get there when this one is root.
  const dataDir = values.keep ?? (await mkdtemp('/tmp/gatehouse-bench-'));
  await mkdir(dataDir, { recursive: true });
  await chmod(dataDir, 0o711);
  const log = { info: () => undefined, warn: print, error: print };
  const postgres = await startPostgres({ dataDir, log });
  try {
    const pool = createPool(postgres.url, { max: 4, statementTimeoutMs: 0 });
    await migrate(pool, MIGRATIONS);
    const filled = await isFilled(pool);
    if (!filled) await fillUsage(pool, { rows, days, print });
    if (!filled || values.rebuild) await sumUp(pool, print);
    await measureUsage(pool, print);
    print(`\nLoad average ${load} at the start, ${loadNow()} at the end.`);
    await pool.end();
  } finally {
    await postgres.stop();
    if (values.keep === undefined) await rm(dataDir, { recursive: true, force: true });
  }
}

await main();
