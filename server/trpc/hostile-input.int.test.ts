import type { AnyRouter } from '@trpc/server';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PASSWORD, startApp, type TestApp } from '../testing/app.ts';
import { createAppRouter } from './app-router.ts';

// Every procedure, with inputs nobody means well with, from the person who may do most. Whatever
// comes, the answer is a refusal that names its reason, or a harmless success: never a 500.

/** Names that some schema has, so that random values reach the rules behind the first check. */
const FIELDS = [
  'id name username displayName password current next token role state rpm tokensPerDay',
  'platformId apiKey shared options enabled baseUrl protocol routes price allowedModels expiresAt',
  'filter cursor limit range scope all',
].flatMap((line) => line.split(' '));

const NASTY = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '../../etc/passwd',
  "'; drop table users; --",
  '<script>alert(1)</script>',
  '__proto__',
  '00000000-0000-0000-0000-000000000000',
  'x'.repeat(50_000),
  '9'.repeat(400),
  '2026-02-30T25:61:61Z',
  'http://169.254.169.254/latest',
  'ftp://example.com',
];

const value = fc.oneof(
  fc.constantFrom<unknown>(...NASTY, null, true, -1, 0, 1e308, 2 ** 53, 0.1, [], {}, [[[]]]),
  fc.jsonValue(),
  fc.uuid(),
);
const input = fc.oneof(
  { weight: 1, arbitrary: value },
  { weight: 4, arbitrary: fc.dictionary(fc.constantFrom(...FIELDS), value, { maxKeys: 6 }) },
);

let h: TestApp;
let cookie: string;
beforeAll(async () => {
  h = await startApp({
    users: [{ username: 'ada', password: PASSWORD, role: 'admin' }],
    platforms: [],
    accounts: [],
    models: [],
    keys: [],
  });
  cookie = await h.signIn('ada');
});
afterAll(() => h[Symbol.asyncDispose]());

function procedures(): [string, 'query' | 'mutation'][] {
  const router = createAppRouter(h.app.services) as AnyRouter;
  const all = router._def.procedures as Record<string, { _def: { type: 'query' | 'mutation' } }>;
  return Object.entries(all).map(([path, { _def }]) => [path, _def.type]);
}

async function send(path: string, type: 'query' | 'mutation', body: string) {
  const headers = { origin: h.url, cookie, 'content-type': 'application/json' };
  const query = `?input=${encodeURIComponent(body)}`;
  // An address has its own limit, and what is past it is refused before it is ours.
  if (type === 'query' && query.length > 12_000) return null;
  const res = await fetch(`${h.url}/trpc/${path}${type === 'query' ? query : ''}`, {
    method: type === 'query' ? 'GET' : 'POST',
    headers,
    ...(type === 'mutation' && { body }),
  });
  return { status: res.status, text: await res.text() };
}

test('no input makes any procedure fail as if it were our fault', async () => {
  const list = procedures();
  expect(list.length).toBeGreaterThan(30);
  for (const [path, type] of list) {
    // Signing out would make every later call a stranger's.
    if (path === 'sessions.signOut') continue;
    await fc.assert(
      fc.asyncProperty(input, async (json) => {
        const answer = await send(path, type, JSON.stringify(json));
        if (answer)
          expect([path, answer.status < 500, answer.text]).toEqual([path, true, answer.text]);
      }),
      { numRuns: 25 },
    );
  }
}, 120_000);

test.each(['', '{', 'null', '"', '[1,', '{"json":', '\u0000', '{"__proto__":{"role":"admin"}}'])(
  'the body %j is refused or does nothing',
  async (body) => {
    for (const [path, type] of procedures()) {
      if (type === 'query' || path === 'sessions.signOut') continue;
      const answer = await send(path, type, body);
      expect([path, answer?.status]).toEqual([path, expect.any(Number)]);
      expect(answer?.status).toBeLessThan(500);
      expect(answer?.text).not.toMatch(/node_modules|at \w+ \(|SELECT |prisma/i);
    }
  },
);
