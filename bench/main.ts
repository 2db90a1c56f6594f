import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { lineChart } from './chart.ts';
import type { Measured } from './load/jobs.ts';
import { type BenchOptions, readOptions, USAGE } from './options.ts';
import { type LoadGenerator, startLoad } from './processes.ts';
import { type CpuProfile, costsOf } from './profile.ts';
import { barTable, figure, profileTables, scenarioTable } from './report.ts';
import { aimAt, type Result, runScenario, type Target, tally } from './run.ts';
import { jobOf, type Scenario } from './scenarios.ts';
import { median } from './statistics.ts';
import type { Study } from './studies/bed.ts';
import { STUDIES } from './studies/index.ts';
import { countUsageRows } from './targets/gateway.ts';
import { type Lab, measureStarts, startLab } from './targets/lab.ts';
import { warmUp } from './warm-up.ts';

const SECOND_STARTS = 3;
const PROFILED_MS = 4_000;

/** Runs every target warm; what Gatehouse was asked. */
async function warmAll(load: LoadGenerator, targets: readonly Target[]): Promise<Measured[]> {
  const ofGateway: Measured[] = [];
  for (const target of targets) {
    const measured = await warmUp(load, aimAt(target));
    if (target.name === 'gateway') ofGateway.push(...measured);
  }
  return ofGateway;
}

async function profile(lab: Lab, load: LoadGenerator, scenario: Scenario, file: string) {
  const gateway = lab.gateway();
  gateway.signal('SIGUSR2');
  const aim = { url: gateway.url, pid: gateway.pid, key: lab.home.key };
  const measured = await load.run(jobOf({ ...scenario.load, measureMs: PROFILED_MS }, aim, 0));
  gateway.signal('SIGUSR2');
  await pause(2_000);
  const written = JSON.parse(await readFile(file, 'utf8')) as CpuProfile;
  return { measured, tables: profileTables(costsOf(written)) };
}

/** Compares the targets; what was found, and whether every answered request has its row. */
async function compareTargets(options: BenchOptions): Promise<Study> {
  await using lab = await startLab(options);
  await using load = startLoad();
  const ofGateway = await warmAll(load, lab.targets());
  const results: Result[] = [];
  let profiled: Awaited<ReturnType<typeof profile>> | null = null;
  for (const scenario of options.scenarios) {
    process.stderr.write(`${scenario.title} …\n`);
    if (scenario.fresh) {
      await lab.restart();
      ofGateway.push(...(await warmAll(load, lab.targets())));
    }
    const result = await runScenario(load, lab.targets(), scenario);
    results.push(result);
    ofGateway.push(...result.rounds.gateway);
    if (options.profile === null || profiled) continue;
    profiled = await profile(lab, load, scenario, options.profile);
    ofGateway.push(profiled.measured);
  }
  const { answered, errors } = tally(ofGateway);
  const counted = await countUsageRows(lab.gateway().url);
  await lab.stopProxies();
  const starts = await measureStarts(lab.home, SECOND_STARTS);
  // A request that was not answered may have got as far as the ledger, or not.
  const every = answered <= counted && counted <= answered + errors;
  return {
    complete: every,
    report: [
      barTable(results),
      `Usage rows: ${counted}, answered requests: ${answered}, not answered: ${errors}. ` +
        `Every answered request has its row: ${every ? 'yes' : '**no**'}.`,
      `From a second start to listening: ${figure(median(starts) / 1000)} s ` +
        `(median of ${starts.length}; bar ≤ 2 s).`,
      ...(lab.peerNote ? [lab.peerNote] : []),
      ...results.map(scenarioTable),
      ...(profiled ? [profiled.tables] : []),
    ].join('\n\n'),
  };
}

async function draw(folder: string, parts: readonly Study[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const chart of parts.flatMap(({ charts = [] }) => charts)) {
    await writeFile(join(folder, `${chart.name}.svg`), lineChart(chart));
  }
}

async function bench(options: BenchOptions): Promise<boolean> {
  const loadBefore = figure(loadavg()[0] ?? 0);
  const parts: Study[] = [];
  if (options.scenarios.length > 0) parts.push(await compareTargets(options));
  for (const name of options.studies) parts.push(await STUDIES[name](options.study));
  const loadAfter = figure(loadavg()[0] ?? 0);
  const machine =
    `Node ${process.version}, ${availableParallelism()} cores; load average of the machine ` +
    `${loadBefore} before, ${loadAfter} at the end (with the benchmark's own).`;
  console.log([machine, ...parts.map(({ report }) => report)].join('\n\n'));
  if (options.charts !== null) await draw(options.charts, parts);
  return parts.every(({ complete }) => complete);
}

let options: BenchOptions;
try {
  options = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(USAGE);
    process.exit();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(2);
}
process.exitCode = (await bench(options)) ? 0 : 1;
