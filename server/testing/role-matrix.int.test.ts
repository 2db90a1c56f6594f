import type { AnyRouter } from '@trpc/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser } from './browser.ts';
import { startConsole, type TestConsole } from './console.ts';
import { browserOf, PRINCIPALS, refusalOf } from './principals.ts';
import { expectNothingLeaks } from './refusals.ts';
import { ROLE_MATRIX } from './role-matrix.ts';

let console: TestConsole;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console[Symbol.asyncDispose]());

type Procedure = { _def: { type: 'query' | 'mutation' | 'subscription' } };

function procedures(): [string, Procedure][] {
  return Object.entries((console.router as AnyRouter)._def.procedures as Record<string, Procedure>);
}

function call(browser: Browser, path: string, { _def }: Procedure) {
  return _def.type === 'query' ? browser.query(path, {}) : browser.mutate(path, {});
}

test('every procedure has a row, and every row a procedure', () => {
  expect(procedures().map(([path]) => path)).toEqual(
    expect.arrayContaining(Object.keys(ROLE_MATRIX)),
  );
  expect(Object.keys(ROLE_MATRIX)).toEqual(
    expect.arrayContaining(procedures().map(([path]) => path)),
  );
});

describe.each(PRINCIPALS)('%s', (kind) => {
  test('is let in where the matrix says so and nowhere else', async () => {
    const found: Record<string, string> = {};
    const written: Record<string, string> = {};
    for (const [path, procedure] of procedures()) {
      // A browser for each: some procedures end the session they are called with.
      const answer = await call(await browserOf(kind, console), path, procedure);
      const code = answer.error?.data.appCode;
      const turnedAway = code === 'not_signed_in' || code === 'forbidden';
      found[path] = turnedAway ? code : 'let in';
      const admits = ROLE_MATRIX[path];
      written[path] = admits ? (refusalOf(kind, admits) ?? 'let in') : 'no row';
      expectNothingLeaks(answer);
    }
    expect(Object.keys(found).length).toBeGreaterThan(10);
    expect(found).toEqual(written);
  });
});
