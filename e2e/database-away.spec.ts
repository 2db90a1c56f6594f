import { expect, test } from '@playwright/test';
import pg from 'pg';
import { wayToDatabase } from '#server/testing/way-to-database.ts';
import { chat, startLab } from './lab.ts';

/** However busy the machine is. */
const SOON = { timeout: 60_000 };
test.setTimeout(180_000);

type Health = { unwritten: number };

test('while PostgreSQL is away known keys are served, their records wait, and all of them arrive', async () => {
  await using lab = await startLab({ limits: { tokensPerDay: 1_000_000, rpm: 10_000 } });
  await using way = await wayToDatabase(await lab.databaseUrl());
  await using server = await lab.startSibling({ DATABASE_URL: way.url });
  const health = async () => (await (await fetch(`${server.url}/healthz`)).json()) as Health;
  const answered: string[] = [];
  async function served(stream: boolean): Promise<number> {
    const res = await chat(server.url, { stream });
    const text = await res.text();
    if (res.ok) expect(text).toContain(stream ? '[DONE]' : 'word2');
    if (res.ok) answered.push(res.headers.get('x-request-id') ?? '');
    return res.status;
  }
  expect(await served(false)).toBe(200);
  await expect.poll(async () => (await health()).unwritten, SOON).toBe(0);

  way.close();
  for (let n = 0; n < 40; n += 1) expect(await served(n % 2 === 0)).toBe(200);
  expect(await health()).toMatchObject({ unwritten: 40 });
  // Who it does not know yet is told so at once, in words, and may come again.
  const unknown = await chat(server.url, {}, `gh-${'x'.repeat(43)}`);
  expect(unknown.status).toBe(503);
  expect(unknown.headers.get('retry-after')).not.toBeNull();
  expect(await unknown.text()).toContain('The database does not answer');

  way.open();
  await expect.poll(async () => (await health()).unwritten, SOON).toBe(0);
  expect(await served(false)).toBe(200);
  await expect.poll(async () => (await health()).unwritten, SOON).toBe(0);
  const client = new pg.Client({ connectionString: await lab.databaseUrl() });
  await client.connect();
  const { rows } = await client.query<{ id: string }>('SELECT id FROM usage ORDER BY id');
  await client.end();
  expect(rows.map(({ id }) => id)).toEqual(answered.sort());
});
