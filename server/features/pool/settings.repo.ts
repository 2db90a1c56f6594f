import type { Pool } from 'pg';
import { z } from 'zod';
import { PoolSettings } from '#shared/schemas/pool.ts';
import { type Db, withTx } from '../../infra/prisma/client.ts';
import { notify } from '../../infra/prisma/notify.ts';
import type { Noting } from '../audit/index.ts';

const NAME = 'pool';
const Row = z.object({ value: z.unknown() });

export type PoolSettingsRepo = ReturnType<typeof createPoolSettingsRepo>;

/** The row of `settings` that says how credit works. */
export function createPoolSettingsRepo(pool: Pick<Pool, 'query'>, db: Db) {
  return {
    /** Throws when what is stored is of another shape. */
    async read(): Promise<PoolSettings> {
      const { rows } = await pool.query('SELECT value FROM settings WHERE name = $1', [NAME]);
      return PoolSettings.parse(rows.length === 0 ? {} : Row.parse(rows[0]).value);
    },

    /** Writes them and tells the replicas. */
    save(wanted: PoolSettings, noting: Noting<PoolSettings>): Promise<void> {
      return withTx(db, async (tx) => {
        await tx.$executeRaw`SELECT 1 FROM settings WHERE name = ${NAME} FOR UPDATE`;
        const found = await tx.setting.findUnique({ where: { name: NAME } });
        const where = { name: NAME };
        const value = { ...wanted };
        await tx.setting.upsert({ where, create: { ...where, value }, update: { value } });
        await notify(tx, 'settings', [NAME]);
        await noting(
          tx,
          PoolSettings.catch(PoolSettings.parse({})).parse(found?.value ?? {}),
          wanted,
        );
      });
    },
  };
}
