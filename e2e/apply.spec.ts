import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { type Lab, PASSWORD, signIn, startLab } from './lab.ts';

let lab: Lab;
test.beforeAll(async () => {
  lab = await startLab();
});
test.afterAll(() => lab[Symbol.asyncDispose]());

const SECRET = 'gh-apply000000000000000000000000000000000000000';

/** What `npm run apply -- …` prints, beside the server that is running. */
async function apply(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/apply.ts', ...args], {
    cwd: resolve(import.meta.dirname, '..'),
    env: { ...process.env, DATA_DIR: lab.gatehouse.dataDir, NEW_KEY: SECRET, PASSWORD },
  });
  return stdout;
}

test('a set-up file is planned, applied to the running server, and then changes nothing', async () => {
  const file = join(lab.gatehouse.dataDir, 'more.yaml');
  await writeFile(
    file,
    `users: [{ username: cleo, role: member, password: "\${PASSWORD}" }]
models: [{ name: gpt-more, routes: [{ platform: lab, model: tiny }] }]
keys: [{ owner: cleo, name: script, secret: "\${NEW_KEY}", limits: { rpm: 60 } }]`,
  );
  const ask = () =>
    lab.client(SECRET).chat.completions.create({
      model: 'gpt-more',
      messages: [{ role: 'user', content: 'hello' }],
    });

  const plan = await apply(file, '--dry-run');
  expect(plan).toContain('+ user cleo');
  expect(plan).toContain('+ model gpt-more');
  expect(plan).toContain('+ key cleo/script');
  expect(plan).toContain('Nothing was written. It would be: 3 created, 0 updated, 0 unchanged.');
  expect(plan).not.toContain(SECRET);
  await expect(ask()).rejects.toThrow(/401/);

  expect(await apply(file)).toContain('Done: 3 created, 0 updated, 0 unchanged.');
  await expect
    .poll(() => ask().then(({ choices }) => choices.length, String), { timeout: 1_000 })
    .toBe(1);
  expect(await apply(file)).toContain('Done: 0 created, 0 updated, 3 unchanged.');
});

test('a loan and its terms are planned, made and changed; a personal one is refused by its line', async () => {
  const file = join(lab.gatehouse.dataDir, 'loans.yaml');
  const write = (loan: string, more = '') =>
    writeFile(
      file,
      `accounts:
  - platform: sandbox
    name: lent
    owner: ada
    shared: true
    ${more}
    loan: ${loan}`,
    );
  await write('{ users: [ben], models: [gpt-lab], hours: { from: 09:00, to: 18:00 } }');
  const made = '+ account ada/sandbox/lent: shared, loan.users, loan.models, loan.hours';
  expect(await apply(file, '--dry-run')).toContain(made);
  expect(await apply(file)).toContain(made);
  expect(await apply(file)).toContain('= account ada/sandbox/lent');
  await write('{ users: [], tokensPerDay: 1000 }');
  const changed = '~ account ada/sandbox/lent: loan.users, loan.tokensPerDay';
  expect(await apply(file)).toContain(changed);
  const ada = await signIn(lab.url);
  const accounts = await ada.query<{ name: string; loan: object }[]>('accounts.list');
  expect(accounts.find(({ name }) => name === 'lent')?.loan).toEqual({
    users: [],
    models: ['gpt-lab'],
    hours: { from: 540, to: 1_080 },
    tokensPerDay: 1_000,
  });
  await write('{ users: [nobody] }');
  await expect(apply(file)).rejects.toThrow(/line 7: accounts\[0\]\.loan\.users\[0\]: there is no/);
  await write('{}', 'policyClass: personal');
  await expect(apply(file)).rejects.toThrow(/line 5: accounts\[0\]\.shared: A personal account at/);
});
