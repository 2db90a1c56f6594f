import type { Pool } from 'pg';
import { z } from 'zod';
import { PoolSettings } from '#shared/schemas/pool.ts';
import { notifySql } from '../../infra/events.ts';

const NAME = 'pool';
const Row = z.object({ value: z.unknown() });

export type PoolSettingsRepo = ReturnType<typeof createPoolSettingsRepo>;

/** The row of `settings` that says how credit works. */
export function createPoolSettingsRepo(pool: Pick<Pool, 'query'>) {
  return {
    /** Throws when what is stored is of another shape. */
    async read(): Promise<PoolSettings> {
      const { rows } = await pool.query('SELECT value FROM settings WHERE name = $1', [NAME]);
      return PoolSettings.parse(rows.length === 0 ? {} : Row.parse(rows[0]).value);
    },

    /** Writes them and tells the replicas. */
    async save(value: PoolSettings, now: number): Promise<void> {
      const [channel, payload] = notifySql('settings', { ids: [NAME] }).values;
      await pool.query(
        `WITH saved AS (
           INSERT INTO settings (name, value, updated_at) VALUES ($1, $2, $3)
           ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at
           RETURNING name)
         SELECT pg_notify($4, $5) FROM saved`,
        [NAME, JSON.stringify(value), new Date(now), channel, payload],
      );
    },
  };
}
