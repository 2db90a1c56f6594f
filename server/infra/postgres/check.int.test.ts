import { expect, inject, test } from 'vitest';
import { checkPostgres } from './check.ts';
import { freePort } from './postmaster.ts';
import '../../testing/postgres.ts';

function changed(change: (url: URL) => void): string {
  const url = new URL(inject('postgresTemplateUrl'));
  url.pathname = '/postgres';
  change(url);
  return url.href;
}

test('a PostgreSQL that answers is good', async () => {
  await checkPostgres(changed(() => undefined));
});

test('nobody listening, a wrong password and a missing database are told apart', async () => {
  const port = String(await freePort());
  const cases: [string, RegExp][] = [
    [
      changed((url) => Object.assign(url, { port })),
      /Cannot reach PostgreSQL at .* \(ECONNREFUSED\)/,
    ],
    [
      changed((url) => Object.assign(url, { password: 'wrong-one' })),
      /refused gatehouse: check user/,
    ],
    [changed((url) => Object.assign(url, { pathname: '/nowhere' })), /has no database nowhere/],
    ['not a url', /looks like postgresql:/],
  ];
  for (const [url, expected] of cases) {
    const error: unknown = await checkPostgres(url).catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(expected);
    expect(String(error)).not.toContain('wrong-one');
  }
});
