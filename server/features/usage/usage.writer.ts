import type { Pool } from 'pg';
import type { UsageRecord } from '../../gateway/ports.ts';
import { arrayText } from '../../infra/postgres/array-text.ts';
import { isAboutTheData } from '../../infra/postgres/data-error.ts';
import { named } from '../../infra/postgres/pool.ts';
import { startOfDay } from '../../infra/zone.ts';
import { addToRollups } from './rollup.sql.ts';

type Later = 'operation' | 'units' | 'cacheWriteTokens';

/** A record as the journal gives it back: lines that an earlier version wrote lack what came later. */
export type JournalledUsage = Omit<UsageRecord, Later> & Partial<Pick<UsageRecord, Later>>;

type Value = string | number | boolean | null;

/** One column of the table: its type and how a record fills it. */
const COLUMNS: readonly (readonly [string, string, (record: JournalledUsage) => Value])[] = [
  ['id', 'uuid', (r) => r.id],
  ['created_at', 'timestamptz', (r) => moment(r.createdAt)],
  ['user_id', 'uuid', (r) => r.userId],
  ['key_id', 'uuid', (r) => r.keyId],
  ['door', 'text', (r) => text(r.door, 100)],
  ['operation', 'text', (r) => r.operation ?? 'chat'],
  ['model', 'text', (r) => text(r.model, 200)],
  ['platform_id', 'text', (r) => text(r.platformId, 100)],
  ['upstream_model', 'text', (r) => text(r.upstreamModel, 200)],
  ['account_id', 'uuid', (r) => r.accountId],
  ['stream', 'boolean', (r) => r.stream],
  ['outcome', 'text', (r) => text(r.outcome, 100)],
  ['status', 'int', (r) => count(r.status)],
  ['error', 'text', (r) => text(r.error, 2_000)],
  ['attempts', 'int', (r) => count(r.attempts)],
  ['input_tokens', 'int', (r) => count(r.inputTokens)],
  ['cached_tokens', 'int', (r) => count(r.cachedTokens)],
  ['cache_write_tokens', 'int', (r) => count(r.cacheWriteTokens ?? 0)],
  ['output_tokens', 'int', (r) => count(r.outputTokens)],
  ['reasoning_tokens', 'int', (r) => count(r.reasoningTokens)],
  ['unit', 'text', (r) => r.units?.unit ?? null],
  ['units', 'float8', (r) => (r.units ? amount(r.units.amount) : null)],
  ['estimated', 'boolean', (r) => r.estimated],
  ['cost', 'bigint', (r) => (r.cost === null ? null : Math.round(r.cost))],
  ['latency_ms', 'int', (r) => count(r.latencyMs)],
  ['first_token_ms', 'int', (r) => (r.firstTokenMs === null ? null : count(r.firstTokenMs))],
];

const names = COLUMNS.map(([name]) => name).join(', ');
const DAYS = `$${COLUMNS.length + 1}::timestamptz[]`;
// Of the days of a batch, a record's own is the last one that has begun.
const dayOfRecord = `(SELECT max(began) FROM unnest(${DAYS}) AS began WHERE began <= created_at)`;
// Only what the insert returns is counted, so a record that is delivered twice counts once.
const insert = named(
  'usage_insert',
  `WITH inserted AS (
     INSERT INTO usage (${names})
     SELECT ${names} FROM unnest(${COLUMNS.map(([, type], at) => `$${at + 1}::${type}[]`).join(', ')})
         AS t (${names})
     ON CONFLICT (id, created_at) DO NOTHING
     RETURNING ${names}
   )
   ${addToRollups('inserted', dayOfRecord, ['hour', 'day'])}`,
);

export type UsageWriterDeps = {
  pool: Pick<Pool, 'query'>;
  /** Whose midnight ends a day. */
  zone: string;
  /** Told of a record that PostgreSQL will never take; it is left out so that others are not held up. */
  onRefused(record: JournalledUsage, error: unknown): void;
};

/**
 * Writes records, and adds them to the roll-ups, in one statement. Writing one twice changes nothing:
 * its id is the request's, and its time stays the same.
 */
export function createUsageWriter({ pool, zone, onRefused }: UsageWriterDeps) {
  async function write(records: readonly JournalledUsage[]): Promise<void> {
    const times = records.map(({ createdAt }) => createdAt).filter(isTime);
    const days = new Set(times.map((time) => startOfDay(time, zone)));
    await pool.query(
      insert([
        ...COLUMNS.map(([, , value]) => arrayText(records.map(value))),
        arrayText([...days].map(moment)),
      ]),
    );
  }

  return async function deliver(records: readonly JournalledUsage[]): Promise<void> {
    if (records.length === 0) return;
    try {
      await write(records);
    } catch (error) {
      if (!isAboutTheData(error)) throw error;
      const [only] = records;
      if (records.length === 1 && only) return onRefused(only, error);
      const half = Math.ceil(records.length / 2);
      await deliver(records.slice(0, half));
      await deliver(records.slice(half));
    }
  };
}

/** Whether JavaScript has a date for it; another is refused by PostgreSQL. */
function isTime(value: number): boolean {
  return !Number.isNaN(new Date(value).getTime());
}

/** As PostgreSQL reads it; what is no time is for PostgreSQL to refuse. */
function moment(at: number): string {
  return isTime(at) ? new Date(at).toISOString() : String(at);
}

/** PostgreSQL's text holds no NUL, and a client's own words must not bloat the table. */
function text(value: string | null, most: number): string | null {
  return value === null ? null : value.replaceAll('\0', '').slice(0, most);
}

/** Whole, not negative, and within `integer`. */
function count(value: number): number {
  return Number.isFinite(value) ? Math.min(2_147_483_647, Math.max(0, Math.round(value))) : 0;
}

/** Not negative; seconds may be fractions. */
function amount(value: number): number {
  return Number.isFinite(value) ? Math.max(0, value) : 0;
}
