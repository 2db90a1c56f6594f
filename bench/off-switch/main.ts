import { randomBytes } from 'node:crypto';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from '#server/infra/postgres/server.ts';
import { startServer } from '../processes.ts';
import { table } from '../report.ts';
import { percentile } from '../statistics.ts';

const PASSWORD = `pw-${randomBytes(16).toString('hex')}`;
/** A chunk each 20 ms, for far longer than a round takes. */
const STREAM = '20x5000';
const BAR_MS = 1_000;
const WAITS_MS = 30_000;
const loadNow = () => (loadavg()[0] ?? 0).toFixed(1);
const print = (line: string) => process.stdout.write(`${line}\n`);

type Person = { username: string; key: string };

function setUpOf(people: readonly Person[], upstream: string): object {
  return {
    users: [
      { username: 'admin', password: PASSWORD, role: 'admin' },
      ...people.map(({ username }) => ({ username, password: PASSWORD, role: 'member' })),
    ],
    platforms: [{ id: 'bench', protocol: 'openai-chat', baseUrl: `${upstream}/v1` }],
    accounts: [
      { platform: 'bench', name: 'bench', owner: 'admin', apiKey: 'sk-bench', shared: true },
    ],
    models: [{ name: 'gpt-bench', routes: [{ platform: 'bench', model: 'tiny', weight: 1 }] }],
    keys: people.map(({ key, username }) => ({ owner: username, name: 'bench', secret: key })),
  };
}

/** A stream that has begun; `ended` is when it did (`performance.now()`), and its last words. */
async function streamOf(url: string, key: string) {
  const answer = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ model: 'gpt-bench', stream: true, user: STREAM },
      messages: [{ role: 'user', content: 'go on' }],
    }),
    signal: AbortSignal.timeout(WAITS_MS),
  });
  const reader = answer.body?.getReader();
  if (!answer.ok || !reader) throw new Error(`A stream was answered with ${answer.status}.`);
  await reader.read();
  const toEnd = async () => {
    let last = '';
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      last = (last + Buffer.from(next.value).toString('utf8')).slice(-1_000);
    }
    return { at: performance.now(), last };
  };
  return { ended: toEnd() };
}

type Console = { url: string; cookie: string };

async function call({ cookie, url }: Console, path: string, input: object): Promise<Response> {
  const headers = { cookie, origin: url, 'content-type': 'application/json' };
  const body = JSON.stringify(input);
  const answer = await fetch(`${url}/trpc/${path}`, { method: 'POST', headers, body });
  if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}.`);
  return answer;
}

async function signIn(url: string): Promise<Console> {
  const asked = { username: 'admin', password: PASSWORD };
  const answer = await call({ url, cookie: '' }, 'sessions.signIn', asked);
  return { url, cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' };
}

async function idsOf(admin: Console): Promise<Map<string, string>> {
  const asked = encodeURIComponent(JSON.stringify({ limit: 100 }));
  const answer = await fetch(`${admin.url}/trpc/users.list?input=${asked}`, {
    headers: { cookie: admin.cookie },
  });
  const said = (await answer.json()) as {
    result: { data: { rows: { id: string; username: string }[] } };
  };
  return new Map(said.result.data.rows.map(({ id, username }) => [username, id]));
}

/** From the request of the switch: until its answer, and until the stream of each server ended. */
type Round = { answered: number; here: number; there: number };

async function round(admin: Console, there: string, person: Person, id: string): Promise<Round> {
  const streams = await Promise.all([streamOf(admin.url, person.key), streamOf(there, person.key)]);
  const startedAt = performance.now();
  await call(admin, 'offSwitch.throw', { id });
  const answered = performance.now() - startedAt;
  const [ours, theirs] = await Promise.all(streams.map(({ ended }) => ended));
  for (const one of [ours, theirs]) {
    if (!one?.last.includes('ended_by_admin')) throw new Error('A stream ended by itself.');
  }
  const took = (one: typeof ours) => (one?.at ?? Number.NaN) - startedAt;
  return { answered, here: took(ours), there: took(theirs) };
}

function report(rounds: readonly Round[]): string {
  const row = (name: string, values: number[]) => {
    const ms = (value: number) => value.toFixed(1);
    const longest = Math.max(...values);
    return [
      ...[name, `≤ ${BAR_MS}`, ms(percentile(values, 0.5)), ms(percentile(values, 0.95))],
      ...[ms(longest), longest <= BAR_MS ? 'yes' : '**no**'],
    ];
  };
  return table(
    ['ms from the switch until', 'bar', 'p50', 'p95', 'longest', 'reached'],
    [
      row(
        'its answer',
        rounds.map(({ answered }) => answered),
      ),
      row(
        'the stream here ended',
        rounds.map(({ here }) => here),
      ),
      row(
        'the stream at the other server ended',
        rounds.map(({ there }) => there),
      ),
    ],
  );
}

/** Throws the off-switch at people with a stream at each of two servers over one database. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' } } });
  const count = Number(values.rounds);
  if (!Number.isInteger(count) || count < 1 || count > 90) {
    throw new Error('npm run bench:off-switch -- [--rounds 20]');
  }
  const load = loadNow();
  const people = Array.from({ length: count }, (_, at) => ({
    username: `person-${at}`,
    key: `gh-${randomBytes(24).toString('hex')}`,
  }));
  await using stack = new AsyncDisposableStack();
  const folder = async () => {
    const made = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'));
    stack.defer(() => rm(made, { recursive: true, force: true }));
    return made;
  };
  const [ours, theirs] = [await folder(), await folder()];
  const upstream = stack.use(await startServer({ args: ['bench/upstream.ts'] }));
  const postgres = await startPostgres({
    dataDir: ours,
    log: { info: () => undefined, warn: print, error: print },
  });
  stack.defer(() => postgres.stop());
  const file = join(ours, 'apply.json');
  await writeFile(file, JSON.stringify(setUpOf(people, upstream.url)), { mode: 0o600 });
  const start = (dir: string, more: Readonly<Record<string, string>>) =>
    startServer({
      args: ['server/main.ts'],
      env: {
        ...{ HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'warn', OUTBOUND_ALLOW: '127.0.0.1' },
        ...{ DATA_DIR: dir, DATABASE_URL: postgres.url, REDIS_URL: '', ...more },
      },
    });
  const here = stack.use(await start(ours, { GATEHOUSE_APPLY: file }));
  await copyFile(join(ours, 'secrets.json'), join(theirs, 'secrets.json'));
  const there = stack.use(await start(theirs, {}));
  const admin = await signIn(here.url);
  const ids = await idsOf(admin);
  const rounds: Round[] = [];
  for (const person of people) {
    rounds.push(await round(admin, there.url, person, ids.get(person.username) ?? ''));
  }
  print(report(rounds));
  print(`\n${count} rounds. Load average ${load} at the start, ${loadNow()} at the end.`);
}

await main();
