import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureWeb } from './build.ts';
import { check } from './check.ts';
import { ensureChromium, ensureRedis } from './ensure-services.ts';
import { ensureClient } from './generate-client.ts';
import { root, run } from './run.ts';

type Counts = { passed: number; failed: number; skipped: number };

const reports = join(root, '.cache/reports');

/** Reads a runner's own report; one that is missing or says less than the exit code is a failure. */
async function countFrom(
  file: string,
  code: number,
  read: (report: Record<string, number>) => Counts,
  pick: (json: unknown) => unknown = (json) => json,
): Promise<Counts> {
  const text = await readFile(join(reports, file), 'utf8').catch(() => null);
  if (text === null) return { passed: 0, failed: 1, skipped: 0 };
  const counts = read(pick(JSON.parse(text)) as Record<string, number>);
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

async function vitest(): Promise<Counts> {
  const redis = await ensureRedis();
  if (!redis) console.log('No redis-server found: the tests against a real Redis are skipped.');
  const { code } = await run(
    'vitest',
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${reports}/vitest.json`],
    { show: true, env: redis ? { REDIS_SERVER: redis } : {} },
  );
  return countFrom('vitest.json', code, (report) => ({
    passed: report['numPassedTests'] ?? 0,
    failed: report['numFailedTests'] ?? 0,
    skipped: (report['numPendingTests'] ?? 0) + (report['numTodoTests'] ?? 0),
  }));
}

async function playwright(): Promise<Counts> {
  const chromium = await ensureChromium();
  if (!chromium) {
    console.log('No Chromium found: set CHROMIUM_PATH or run "npx playwright install chromium".');
    return { passed: 0, failed: 0, skipped: 1 };
  }
  await ensureWeb();
  const { code } = await run('playwright', ['test', '--reporter=list,json'], {
    show: true,
    env: { CHROMIUM_PATH: chromium, PLAYWRIGHT_JSON_OUTPUT_NAME: `${reports}/playwright.json` },
  });
  return countFrom(
    'playwright.json',
    code,
    (stats) => ({
      passed: stats['expected'] ?? 0,
      // A test that passed only on a second try is a bug of ours, not luck.
      failed: (stats['unexpected'] ?? 0) + (stats['flaky'] ?? 0),
      skipped: stats['skipped'] ?? 0,
    }),
    (json) => (json as { stats: unknown }).stats,
  );
}

async function staticChecks(): Promise<Counts> {
  const clean = await check();
  return { passed: 0, failed: clean ? 0 : 1, skipped: 0 };
}

const suites: Record<string, (() => Promise<Counts>)[]> = {
  all: [staticChecks, vitest, playwright],
  unit: [vitest],
  e2e: [playwright],
};

const which = process.argv[2] ?? 'all';
const chosen = suites[which];
if (!chosen) throw new Error(`Unknown suite "${which}": use unit or e2e, or nothing for all.`);

await rm(reports, { recursive: true, force: true });
await mkdir(reports, { recursive: true });
await ensureClient();
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
for (const suite of chosen) {
  const counts = await suite();
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
}
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
