import { randomUUID } from 'node:crypto';
import { expect, test } from '@playwright/test';
import { KEY, signIn, startLab } from './lab.ts';

type Row = { id: string; outcome: string };

/** Every record there is, page by page. */
async function allRecords(url: string): Promise<Row[]> {
  const ada = await signIn(url);
  const rows: Row[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await ada.query<{ rows: Row[]; nextCursor: string | null }>('usage.list', {
      limit: 200,
      ...(cursor && { cursor }),
    });
    rows.push(...page.rows);
    cursor = page.nextCursor;
  }
  return rows;
}

test('killed amid 200 concurrent requests, every answered one has exactly one record', async () => {
  await using lab = await startLab();
  const answered = new Set<string>();
  let begun = 0;
  let killed = false;

  /** One caller that asks again and again until the server is gone. */
  async function caller(index: number): Promise<void> {
    for (let round = 0; !killed; round += 1) {
      const stream = (index + round) % 2 === 0;
      begun += 1;
      try {
        const res = await fetch(`${lab.url}/v1/chat/completions`, {
          method: 'POST',
          headers: { authorization: `Bearer ${KEY}` },
          body: JSON.stringify({
            model: 'gpt-lab',
            stream,
            messages: [{ role: 'user', content: randomUUID() }],
            metadata: { words: '3', gapMs: '5' },
          }),
        });
        const text = await res.text();
        const whole = stream ? text.endsWith('data: [DONE]\n\n') : JSON.parse(text).choices;
        if (res.ok && whole) answered.add(res.headers.get('x-request-id') ?? '');
      } catch {
        // The connection died under it: not answered.
      }
    }
  }

  const callers = Array.from({ length: 200 }, (_, index) => caller(index));
  await expect.poll(() => answered.size, { timeout: 30_000 }).toBeGreaterThan(400);
  const restarted = lab.crashAndRestart();
  killed = true;
  await Promise.all(callers);
  await restarted;

  let rows: Row[] = [];
  await expect
    .poll(async () => {
      rows = await allRecords(lab.url);
      const ids = new Set(rows.map(({ id }) => id));
      return [...answered].filter((id) => !ids.has(id)).length;
    })
    .toBe(0);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  // What has a record but no answer was on its way when the server died, and was paid for.
  expect(rows.length).toBeLessThanOrEqual(begun);
  expect(rows.length - answered.size).toBeLessThanOrEqual(200);
});

test('asked to stop, it finishes what is running and refuses what is new', async () => {
  await using lab = await startLab();
  const res = await fetch(`${lab.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}` },
    body: JSON.stringify({
      model: 'gpt-lab',
      stream: true,
      messages: [{ role: 'user', content: 'slowly' }],
      metadata: { words: '20', gapMs: '25' },
    }),
  });
  const stopped = lab.gatehouse.stop();
  expect(await res.text()).toMatch(/word19[\s\S]*\[DONE\]/);
  expect(await stopped).toBe(0);
});
