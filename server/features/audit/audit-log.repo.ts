import type { Pool, PoolClient } from 'pg';
import { z } from 'zod';
import { ENDS, type Ends, readEnds } from './audit.repo.ts';
import type { Linked } from './chain.ts';

// NOTE: the text is called `seq` too, so an order by that name alone would be that of texts.
const COLUMNS = `seq::text, at, actor_id, actor_name, action, target_kind, target_id, target_name,
  change, address, request_id, hash`;

const Row = z
  .object({
    seq: z.string(),
    at: z.date(),
    actor_id: z.string().nullable(),
    actor_name: z.string(),
    action: z.string(),
    target_kind: z.string(),
    target_id: z.string(),
    target_name: z.string(),
    change: z.unknown(),
    address: z.string(),
    request_id: z.string().nullable(),
    hash: z.string(),
  })
  .transform(
    (row): Linked => ({
      seq: BigInt(row.seq),
      at: row.at,
      actorId: row.actor_id,
      actorName: row.actor_name,
      action: row.action,
      targetKind: row.target_kind,
      targetId: row.target_id,
      targetName: row.target_name,
      change: row.change,
      address: row.address,
      requestId: row.request_id,
      hash: row.hash,
    }),
  );
const Setting = z.object({ value: z.unknown() });
const Placed = z.object({ value: z.unknown(), hash: z.string().nullable() });

export type AuditQuery = {
  from?: Date | undefined;
  to?: Date | undefined;
  actorId?: string | undefined;
  action?: string | undefined;
  targetKind?: string | undefined;
  targetId?: string | undefined;
  /** Part of the target's name, in any case. */
  target?: string | undefined;
  /** Only rows before this one. */
  before: bigint | null;
  limit: number;
};

export type AuditLogRepo = ReturnType<typeof createAuditLogRepo>;

/** Reads the log. Its statements may take long, so it has a pool that no request waits for. */
export function createAuditLogRepo(pool: Pick<Pool, 'query' | 'connect'>) {
  return {
    /** Newest first. */
    async list(query: AuditQuery): Promise<Linked[]> {
      const { text, values } = conditions(query);
      const { rows } = await pool.query(
        `SELECT ${COLUMNS} FROM audit_events ${text} ORDER BY audit_events.seq DESC LIMIT $1`,
        [query.limit, ...values],
      );
      return z.array(Row).parse(rows);
    },

    /** Both ends and the hash of one row, null where it is not there, as they are at one moment. */
    async placed(seq: bigint): Promise<{ ends: Ends; hash: string | null }> {
      const { rows } = await pool.query({
        name: 'audit_placed',
        text: `SELECT (SELECT value FROM settings WHERE name = $1) AS value,
                      (SELECT hash FROM audit_events WHERE seq = $2) AS hash`,
        values: [ENDS, seq.toString()],
      });
      const { hash, value } = Placed.parse(rows[0]);
      return { ends: readEnds(value), hash };
    },

    /**
     * Both ends and every row from the oldest on, `batch` at a time, as they were at one moment: what
     * is written or removed meanwhile is not seen.
     */
    async *walk(batch: number): AsyncGenerator<{ ends: Ends; rows: Linked[] }> {
      const client = await pool.connect();
      let whole = false;
      try {
        await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
        const ends = await endsNow(client);
        let after = -1n;
        for (let rows = [] as Linked[], first = true; first || rows.length === batch; ) {
          first = false;
          rows = await rowsAfter(client, after, batch);
          after = rows.at(-1)?.seq ?? after;
          yield { ends, rows };
        }
        await client.query('COMMIT');
        whole = true;
      } finally {
        // One that was left in its transaction is closed, not given to the next.
        client.release(!whole);
      }
    },
  };
}

async function endsNow(client: PoolClient): Promise<Ends> {
  const { rows } = await client.query('SELECT value FROM settings WHERE name = $1', [ENDS]);
  return readEnds(rows.length === 0 ? null : Setting.parse(rows[0]).value);
}

async function rowsAfter(client: PoolClient, after: bigint, batch: number): Promise<Linked[]> {
  const { rows } = await client.query(
    `SELECT ${COLUMNS} FROM audit_events WHERE seq > $1 ORDER BY audit_events.seq LIMIT $2`,
    [after.toString(), batch],
  );
  return z.array(Row).parse(rows);
}

/** The filters that are given; $1 is the limit. */
function conditions(query: AuditQuery): { text: string; values: unknown[] } {
  const wanted: [string, unknown][] = [
    ['seq < ?', query.before?.toString()],
    ['at >= ?', query.from],
    ['at < ?', query.to],
    ['actor_id = ?', query.actorId],
    ['action = ?', query.action],
    ['target_kind = ?', query.targetKind],
    ['target_id = ?', query.targetId],
    ['strpos(lower(target_name), lower(?)) > 0', query.target || undefined],
  ];
  const given = wanted.filter(([, value]) => value !== undefined);
  if (given.length === 0) return { text: '', values: [] };
  const parts = given.map(([part], index) => part.replace('?', `$${index + 2}`));
  return { text: `WHERE ${parts.join(' AND ')}`, values: given.map(([, value]) => value) };
}
