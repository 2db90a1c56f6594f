import pg from 'pg';

export type PoolOptions = {
  /** Most connections at once. */
  max: number;
  /** Statements longer than this (ms) are cancelled; 0 = never. */
  statementTimeoutMs?: number;
  /** Shown in pg_stat_activity. */
  applicationName?: string;
  /** Told of connections that broke while idle, e.g. when PostgreSQL restarts. */
  onConnectionError?: (error: Error) => void;
};

/** Makes a query config of a prepared statement's values. */
export type Statement = (values: readonly unknown[]) => pg.QueryConfig<unknown[]>;

/**
 * A pool for the request path and for batches. `int8` columns come as bigint, as from Prisma, so
 * money and token counts are of one type everywhere: write `count(*)::int` for a plain number.
 */
export function createPool(url: string, options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max,
    application_name: options.applicationName ?? 'gatehouse',
    statement_timeout: options.statementTimeoutMs ?? 30_000,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    types: { getTypeParser },
  });
  // Without a listener a broken idle connection would end the process.
  pool.on('error', (error) => options.onConnectionError?.(error));
  return pool;
}

/**
 * A statement PostgreSQL parses once a connection. Two texts must never share a name.
 * Throws when PostgreSQL would cut the name off (over 63 bytes).
 */
export function named(name: string, text: string): Statement {
  if (Buffer.byteLength(name) > 63) throw new Error(`statement name is too long: ${name}`);
  return (values) => ({ name, text, values: [...values] });
}

const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  oid === pg.types.builtins.INT8 && format !== 'binary'
    ? BigInt
    : pg.types.getTypeParser(oid, format);
