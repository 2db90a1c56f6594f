import pg from 'pg';
import { AppError } from '#shared/errors.ts';

/** The oldest PostgreSQL that Gatehouse is tested with. */
const OLDEST_MAJOR = 14;

/**
 * Connects once to the PostgreSQL of DATABASE_URL. Throws `storage_unavailable` saying what to do
 * when it is out of reach, refuses us, or is too old. The password appears in no message.
 */
export async function checkPostgres(url: string): Promise<void> {
  const where = describe(url);
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string }>(
      `SELECT current_setting('server_version') AS version`,
    );
    const version = rows[0]?.version ?? '0';
    if (Number.parseInt(version, 10) < OLDEST_MAJOR) {
      throw new AppError(
        'storage_unavailable',
        `PostgreSQL at ${where.server} is version ${version}; Gatehouse needs ${OLDEST_MAJOR} or newer.`,
      );
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('storage_unavailable', complaint(cause, where), { cause });
  } finally {
    await client.end().catch(() => undefined);
  }
}

type Where = { server: string; user: string; database: string };

function describe(url: string): Where {
  try {
    const { host, username, pathname } = new URL(url);
    return {
      server: host || 'the local socket',
      user: decodeURIComponent(username) || 'the default user',
      database: decodeURIComponent(pathname.slice(1)) || 'the default database',
    };
  } catch (cause) {
    throw new AppError(
      'storage_unavailable',
      'DATABASE_URL is not a URL. It looks like postgresql://user:password@host:5432/database.',
      { cause },
    );
  }
}

function complaint(error: unknown, { server, user, database }: Where): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  switch (code) {
    case '28P01':
    case '28000':
      return `PostgreSQL at ${server} refused ${user}: check user and password in DATABASE_URL and the server's pg_hba.conf.`;
    case '3D000':
      return `PostgreSQL at ${server} has no database ${database}. Create it, e.g. CREATE DATABASE "${database}".`;
    case '53300':
      return `PostgreSQL at ${server} has no connection left (max_connections).`;
    default:
      return `Cannot reach PostgreSQL at ${server} (${code || reason(error)}). Is it running, and is DATABASE_URL right?`;
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown reason';
}
