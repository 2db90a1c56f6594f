import type { Pool, PoolClient } from 'pg';

/** Runs `work` in one transaction: all of it happens, or, when it throws, none. */
export async function inTx<Result>(
  pool: Pick<Pool, 'connect'>,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (error) {
    // NOTE: a connection in an unknown state is not used again.
    client.release(true);
    throw error;
  }
}
