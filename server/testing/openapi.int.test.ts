import { expect, test } from 'vitest';
import { startApp } from './app.ts';

test('every route there is can be described', async () => {
  await using h = await startApp(
    { users: [], platforms: [], accounts: [], models: [], keys: [] },
    { API_DOCS: 'on' },
  );
  const res = await fetch(`${h.url}/api/openapi.json`);
  expect(res.status).toBe(200);
  const { paths } = (await res.json()) as { paths: Record<string, object> };
  const described = Object.values(paths).flatMap((methods) => Object.keys(methods));
  expect(described).toHaveLength(h.app.rest.routes.length);
  expect((await fetch(`${h.url}/api/docs`)).status).toBe(200);
});
