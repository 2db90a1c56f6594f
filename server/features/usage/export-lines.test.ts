import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asActor } from '../../testing/actor.ts';
import { fakeClock } from '../../testing/fake-clock.ts';
import { exportLines } from './export-lines.ts';
import type { UsageDetailRow, UsageQuery } from './usage.repo.ts';

const ME = asActor({ id: 'me', role: 'admin', username: 'ada', displayName: '' }).me;
const clock = fakeClock(Date.UTC(2026, 5, 1));

function row(more: Partial<UsageDetailRow>): UsageDetailRow {
  return {
    id: '019f0000-0000-7000-8000-000000000000',
    created_at: new Date(clock.now() - 1_000),
    user_name: 'ada',
    key_id: null,
    key_name: null,
    operation: 'chat',
    model: 'm',
    platform_id: null,
    stream: true,
    outcome: 'ok',
    status: 200,
    input_tokens: 1,
    output_tokens: 2,
    unit: null,
    units: null,
    estimated: false,
    cost: null,
    latency_ms: 3,
    first_token_ms: null,
    door: 'openai-chat',
    upstream_model: null,
    account_id: null,
    account_name: null,
    account_owner_id: null,
    attempts: 1,
    cached_tokens: 0,
    cache_write_tokens: 0,
    reasoning_tokens: 0,
    error: null,
    ...more,
  };
}

async function csvOf(rows: UsageDetailRow[]): Promise<string> {
  const parts: string[] = [];
  const page = async ({ before }: UsageQuery) => (before ? [] : rows.splice(0));
  for await (const part of exportLines({ page, clock }, ME, { format: 'csv' })) parts.push(part);
  return parts.join('');
}

/** A reader as strict as RFC 4180. */
function parse(csv: string): string[][] {
  const rows: string[][] = [];
  let at = 0;
  while (at < csv.length) {
    const fields: string[] = [];
    for (;;) {
      const quoted = /^"((?:[^"]|"")*)"(,|\r\n)/.exec(csv.slice(at));
      const plain = /^([^",\r\n]*)(,|\r\n)/.exec(csv.slice(at));
      const found = quoted ?? plain;
      if (!found) throw new Error(`not CSV at ${at}: ${csv.slice(at, at + 30)}`);
      fields.push(quoted ? (quoted[1] ?? '').replaceAll('""', '"') : (found[1] ?? ''));
      at += found[0].length;
      if (found[2] !== ',') break;
    }
    rows.push(fields);
  }
  return rows;
}

test('whatever a name or an error holds, it comes back the same from its own cell', async () => {
  const text = fc.string({
    unit: fc.constantFrom('a', '"', ',', '\n', '\r', '=', '-', '@', '\t', 'ü'),
  });
  await fc.assert(
    fc.asyncProperty(text, text, async (model, error) => {
      const [head, cells] = parse(await csvOf([row({ model, error })]));
      const told = (name: string) => cells?.[head?.indexOf(name) ?? -1];
      expect(cells).toHaveLength(head?.length ?? 0);
      for (const [name, value] of [
        ['model', model],
        ['error', error],
      ] as const) {
        expect([value, `'${value}`]).toContain(told(name));
        expect(told(name)).not.toMatch(/^[=+\-@\t\r\n]/);
      }
    }),
  );
});

test('numbers are numbers, and what is not there is empty', async () => {
  const [head, cells] = parse(await csvOf([row({ cost: 12, units: 2.5, unit: 'second' })]));
  expect(Object.fromEntries((head ?? []).map((name, n) => [name, cells?.[n]]))).toMatchObject({
    created_at: '2026-05-31T23:59:59.000Z',
    cost_micro_usd: '12',
    units: '2.5',
    first_token_ms: '',
    stream: 'true',
  });
});
