import type pg from 'pg';
import { AppError } from '#shared/errors.ts';
import { type Migration, readMigrations } from './files.ts';
import { type AppliedMigration, planMigrations } from './plan.ts';

/** The advisory lock Prisma's own `migrate` takes, so that the two exclude each other too. */
const LOCK = 72_707_369;
const LOCK_TIMEOUT = '120s';

const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;

/**
 * Brings the database to the newest migration of `dir` and returns the names it applied. Safe when
 * many processes start at once; one query when there is nothing to do. Throws `conflict` when it
 * must not touch the database, `storage_unavailable` when a migration fails (it leaves no trace).
 */
export async function migrate(pool: pg.Pool, dir: string): Promise<string[]> {
  const files = await readMigrations(dir);
  if (planMigrations(files, (await readApplied(pool)) ?? []).length === 0) return [];
  const client = await pool.connect();
  try {
    return await migrateLocked(client, files);
  } finally {
    // Not back into the pool: its settings were changed, and closing it frees the lock.
    client.release(true);
  }
}

async function migrateLocked(
  client: pg.PoolClient,
  files: readonly Migration[],
): Promise<string[]> {
  await client.query(`SET statement_timeout = 0; SET lock_timeout = '${LOCK_TIMEOUT}'`);
  await takeLock(client);
  // Someone else may have migrated while we waited for the lock.
  const applied = await readApplied(client);
  if (applied === null) await prepare(client);
  const pending = planMigrations(files, applied ?? []);
  for (const migration of pending) await apply(client, migration);
  return pending.map(({ name }) => name);
}

/** What was applied, or null when the database has no table of migrations yet. */
async function readApplied(db: pg.Pool | pg.PoolClient): Promise<AppliedMigration[] | null> {
  try {
    const { rows } = await db.query<AppliedMigration>(
      `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
       FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at`,
    );
    return rows;
  } catch (error) {
    if (sqlState(error) === '42P01') return null;
    throw error;
  }
}

async function takeLock(client: pg.PoolClient): Promise<void> {
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
  } catch (cause) {
    if (sqlState(cause) !== '55P03') throw cause;
    throw new AppError(
      'storage_unavailable',
      `Another process has been migrating this database for more than ${LOCK_TIMEOUT}. Wait for it or end it, then start again.`,
      { cause },
    );
  }
}

/** Makes the table of migrations, in a database that holds nobody else's tables. */
async function prepare(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
       AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
     LIMIT 1`,
  );
  if (rows[0]) {
    throw new AppError(
      'conflict',
      `The database is not empty (it has the table ${rows[0].name}) and was not made by Gatehouse. Give Gatehouse a database of its own in DATABASE_URL.`,
    );
  }
  await client.query(CREATE_TABLE);
}

async function apply(client: pg.PoolClient, { name, sql, checksum }: Migration): Promise<void> {
  try {
    await client.query('BEGIN');
    await client.query(sql);
    await client.query(
      `INSERT INTO _prisma_migrations
         (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES (gen_random_uuid()::text, $1, $2, now(), clock_timestamp(), 1)`,
      [checksum, name],
    );
    await client.query('COMMIT');
  } catch (cause) {
    await client.query('ROLLBACK').catch(() => undefined);
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError(
      'storage_unavailable',
      `The migration ${name} failed and was undone: ${why}. The database is as it was before.`,
      { cause },
    );
  }
}

function sqlState(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
