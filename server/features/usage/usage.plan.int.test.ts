import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPool } from '../../infra/postgres/pool.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { createUsageRepo, type UsageRepo } from './index.ts';

const ROWS = 20_000;
let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { max: 1, onConnectionError: () => undefined });
  await pool.query(
    `INSERT INTO usage (id, created_at, user_id, key_id, door, model, stream, outcome, status,
                        attempts, input_tokens, cached_tokens, output_tokens, reasoning_tokens,
                        estimated, latency_ms)
     SELECT gen_random_uuid(), timestamptz '2026-01-01' + n * interval '1 second',
            lpad((n % 50)::text, 32, '0')::uuid, lpad((n % 200)::text, 32, '0')::uuid,
            'openai-chat', 'model', true, 'ok', 200, 1, 1, 0, 1, 0, false, 100
       FROM generate_series(1, ${ROWS}) AS n`,
  );
  await pool.query('ANALYZE usage');
});
afterAll(async () => {
  await pool.end();
  await database[Symbol.asyncDispose]();
});

type Query = { text: string; values: unknown[] };
type Node = {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: Node[];
};

/** How PostgreSQL reads `usage` for what the repo asks. */
async function readsOf(ask: (repo: UsageRepo) => Promise<unknown>): Promise<Node[]> {
  const asked: Query[] = [];
  const spy = {
    query: (query: string | Query, values: unknown[] = []) => {
      asked.push(typeof query === 'string' ? { text: query, values } : query);
      return Promise.resolve({ rows: [{ tokens: 0 }] });
    },
  };
  await ask(createUsageRepo(spy as unknown as Pool)).catch(() => undefined);
  const [{ text, values } = { text: '', values: [] }] = asked;
  const { rows } = await pool.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`, values);
  const flat = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(flat)];
  return flat(rows[0]['QUERY PLAN'][0].Plan).filter((node) =>
    node['Relation Name']?.startsWith('usage'),
  );
}

const id = (n: number) => `00000000-0000-0000-0000-0000000000${String(n).padStart(2, '0')}`;
const before = { createdAt: new Date('2026-01-01T03:00:00Z'), id: id(1) };

test.each<[string, (repo: UsageRepo) => Promise<unknown>, number]>([
  ['everybody’s first page', (r) => r.list({ userId: null, limit: 51 }), 51],
  ['everybody’s deep page', (r) => r.list({ userId: null, limit: 51, before }), 51],
  ['one’s own first page', (r) => r.list({ userId: id(7), limit: 51 }), 51],
  ['one’s own deep page', (r) => r.list({ userId: id(7), limit: 51, before }), 51],
  ['a key’s page', (r) => r.list({ userId: null, keyId: id(9), limit: 51 }), 100],
  ['one record', (r) => r.get(id(1), { userId: id(2) }), 1],
])('%s is read through an index, and no more than it shows', async (_name, ask, most) => {
  const reads = await readsOf(ask);
  expect(reads.length).toBeGreaterThan(0);
  for (const node of reads) {
    expect(node['Node Type']).not.toBe('Seq Scan');
    expect(node['Actual Rows']).toBeLessThanOrEqual(most);
  }
});

test('a page costs the same however far the end of the time asked for lies behind it', async () => {
  const deep = { createdAt: new Date('2026-01-01T00:30:00Z'), id: id(1) };
  const to = new Date('2026-01-02T00:00:00Z');
  const blocks = async (asked: { to?: Date }) => {
    const reads = await readsOf((r) => r.list({ userId: null, limit: 51, before: deep, ...asked }));
    return reads.reduce((sum, it) => sum + it['Shared Hit Blocks'] + it['Shared Read Blocks'], 0);
  };
  expect(await blocks({ to })).toBeLessThanOrEqual((await blocks({})) + 2);
});
