import { randomBytes } from 'node:crypto';
import { loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { JobView } from '#shared/schemas/jobs.ts';
import { table } from '../report.ts';
import { ADMIN, makeGatewayHome } from '../targets/gateway.ts';

// How long an import of refresh tokens takes, from its request to the end of its job, by a real server.

const BAR_MS = 60_000;
const POLL_MS = 50;

const { values } = parseArgs({ options: { tokens: { type: 'string', default: '10000' } } });
const tokens = Number(values.tokens);
const text = Array.from(
  { length: tokens },
  (_, n) => `rt_${n}_${randomBytes(700).toString('base64url')}`,
).join('\n');

// NOTE: no token is refreshed here, so that nobody has to answer at this address.
const nowhere = { protocol: 'openai-chat' as const, baseUrl: 'http://127.0.0.1:9/v1' };
await using home = await makeGatewayHome([{ id: 'bench', ...nowhere, model: 'gpt-bench' }]);
await using server = await home.start();

const headers: Record<string, string> = { origin: server.url, 'content-type': 'application/json' };

async function call<Data>(path: string, init: RequestInit = {}): Promise<Data> {
  const answer = await fetch(`${server.url}/trpc/${path}`, { headers, ...init });
  const cookie = answer.headers.get('set-cookie')?.split(';')[0];
  if (cookie !== undefined) headers['cookie'] = cookie;
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as { result: { data: Data } }).result.data;
}

const post = <Data>(path: string, input: object) =>
  call<Data>(path, { method: 'POST', body: JSON.stringify(input) });

await post('sessions.signIn', ADMIN);

const begun = performance.now();
const { jobId } = await post<{ jobId: string }>('vaultBatch.import', {
  ...{ platformId: 'bench', format: 'text', text, enabled: false },
});
const answeredMs = performance.now() - begun;

/** Each different figure that a page which asks again and again was told. */
const seen = new Set<number>();
const input = encodeURIComponent(JSON.stringify({ id: jobId }));
let job: JobView;
for (;;) {
  job = await call<JobView>(`jobs.get?input=${input}`);
  seen.add(job.done + job.failed + job.skipped);
  if (job.endedAt !== null || performance.now() - begun > 10 * BAR_MS) break;
  await pause(POLL_MS);
}
const totalMs = performance.now() - begun;
const whole = job.state === 'done' && job.done === tokens;

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
const load = (loadavg()[0] ?? 0).toFixed(1);
process.stdout.write(
  `${table(
    ['what', 'figure', 'bar'],
    [
      ['tokens', `${job.done} of ${tokens}`, 'all'],
      ['size of the file', `${(text.length / 1e6).toFixed(1)} MB`, '–'],
      ['request answered after', seconds(answeredMs), '–'],
      ['job done after', seconds(totalMs), seconds(BAR_MS)],
      ['different figures of progress', String(seen.size), '≥ 10'],
      ['load average at the end', load, '–'],
    ],
  )}\n`,
);
if (!whole || totalMs > BAR_MS || seen.size < 10) {
  process.stderr.write('A bar was missed.\n');
  process.exitCode = 1;
}
