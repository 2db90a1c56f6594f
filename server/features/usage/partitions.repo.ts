import type { Pool, PoolClient } from 'pg';

const DAY = 86_400_000;
/** Advisory lock of the servers among themselves: one looks after the partitions at a time. */
const LOCK = 7_226_001;
/** Making or dropping a partition stops the whole table: rather an hour later than that anybody waits long. */
const LOCK_TIMEOUT = '3s';
const NAME = /^usage_(\d{4})(\d{2})(\d{2})$/;

/** What was done. Days are named by their beginning, in UTC. */
export type PartitionWork = { made: Date[]; dropped: Date[]; strays: number };

/** The partition of the UTC day that begins at `day`. */
function nameOf(day: Date): string {
  return `usage_${day.toISOString().slice(0, 10).replaceAll('-', '')}`;
}

/** The day a partition is named after; null for a table of another name. */
function dayOf(name: string): Date | null {
  const [, year, month, day] = NAME.exec(name) ?? [];
  return year === undefined ? null : new Date(`${year}-${month}-${day}T00:00:00Z`);
}

/** Partitions of the table `usage`, one for each day of UTC. */
export function createPartitionsRepo(pool: Pick<Pool, 'connect'>) {
  /** Days that have a partition, oldest first. */
  async function days(client: PoolClient): Promise<Date[]> {
    const { rows } = await client.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'usage'::regclass ORDER BY 1`,
    );
    return rows.map(({ name }) => dayOf(name)).filter((day) => day !== null);
  }

  /**
   * One partition, with what the default one holds of its day. It is filled before it is attached,
   * so that the table is stopped for as long as the default partition takes to be read: it is empty
   * but for strays.
   */
  async function make(client: PoolClient, day: Date): Promise<void> {
    const name = nameOf(day);
    const from = day.toISOString();
    const to = new Date(day.getTime() + DAY).toISOString();
    await client.query(
      `CREATE TABLE ${name} (LIKE usage INCLUDING DEFAULTS);
       LOCK TABLE usage_default IN EXCLUSIVE MODE;
       WITH moved AS (
         DELETE FROM usage_default WHERE created_at >= '${from}' AND created_at < '${to}' RETURNING *
       ) INSERT INTO ${name} SELECT * FROM moved;
       ALTER TABLE usage ATTACH PARTITION ${name} FOR VALUES FROM ('${from}') TO ('${to}')`,
    );
  }

  /** Records before `until` outside a partition of their own. */
  async function removeStrays(client: PoolClient, until: Date): Promise<number> {
    const { rowCount } = await client.query('DELETE FROM usage_default WHERE created_at < $1', [
      until,
    ]);
    return rowCount ?? 0;
  }

  async function noteKeptFrom(client: PoolClient, until: Date): Promise<void> {
    await client.query(
      `INSERT INTO settings (name, value, updated_at) VALUES ('usage.keptFrom', to_jsonb($1::text), now())
       ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = now()
        WHERE (settings.value #>> '{}')::timestamptz < (excluded.value #>> '{}')::timestamptz`,
      [until.toISOString()],
    );
  }

  /** Each step is a transaction of its own, so that no lock is held longer than one takes. */
  async function inTurn(client: PoolClient, work: () => Promise<void>): Promise<void> {
    await client.query(`BEGIN; SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
    try {
      await work();
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  async function lookAfter(client: PoolClient, plan: PartitionPlan): Promise<PartitionWork> {
    const work: PartitionWork = { made: [], dropped: [], strays: 0 };
    const present = await days(client);
    const known = new Set(present.map((day) => day.getTime()));
    for (let at = plan.from.getTime(); at <= plan.to.getTime(); at += DAY) {
      if (known.has(at)) continue;
      const day = new Date(at);
      await inTurn(client, () => make(client, day));
      work.made.push(day);
    }
    const { keepFrom } = plan;
    if (keepFrom === null) return work;
    for (const day of present.filter((each) => each < keepFrom)) {
      await inTurn(client, async () => {
        // What has gone can not be counted again: noted first, for a rebuild must leave its sums alone.
        await noteKeptFrom(client, new Date(day.getTime() + DAY));
        await client.query(`DROP TABLE ${nameOf(day)}`);
      });
      work.dropped.push(day);
    }
    await inTurn(client, async () => {
      work.strays = await removeStrays(client, keepFrom);
      if (work.strays > 0) await noteKeptFrom(client, keepFrom);
    });
    return work;
  }

  return {
    /**
     * Makes the partitions of the days from `from` to `to` that are missing, and drops those before
     * `keepFrom` whole. Null when another server is at it. Rejects when the table was busy for longer
     * than three seconds; what was done until then stays.
     */
    async lookAfter(plan: PartitionPlan): Promise<PartitionWork | null> {
      const client = await pool.connect();
      try {
        const { rows } = await client.query('SELECT pg_try_advisory_lock($1) AS mine', [LOCK]);
        if (rows[0]?.mine !== true) return null;
        try {
          return await lookAfter(client, plan);
        } finally {
          await client.query('SELECT pg_advisory_unlock($1)', [LOCK]);
        }
      } finally {
        client.release();
      }
    },
  };
}

/** Beginnings of UTC days, both ends included; `keepFrom` null = nothing is dropped. */
export type PartitionPlan = { from: Date; to: Date; keepFrom: Date | null };
