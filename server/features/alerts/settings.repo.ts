import { AlertSettings } from '#shared/schemas/alerts.ts';
import { type Db, withTx } from '../../infra/prisma/client.ts';
import { notify } from '../../infra/prisma/notify.ts';
import type { Noting } from '../audit/index.ts';

const NAME = 'alerts';
const USUAL = AlertSettings.parse({});

export type AlertSettingsRepo = ReturnType<typeof createAlertSettingsRepo>;

/** The row of `settings` that says what people are told of. */
export function createAlertSettingsRepo(db: Db) {
  return {
    /** What cannot be read is as usual: an alert too many is better than none. */
    async read(): Promise<AlertSettings> {
      const row = await db.setting.findUnique({ where: { name: NAME }, select: { value: true } });
      return AlertSettings.catch(USUAL).parse(row?.value ?? {});
    },

    save(wanted: AlertSettings, noting: Noting<AlertSettings>): Promise<void> {
      return withTx(db, async (tx) => {
        await tx.$executeRaw`SELECT 1 FROM settings WHERE name = ${NAME} FOR UPDATE`;
        const found = await tx.setting.findUnique({ where: { name: NAME } });
        const where = { name: NAME };
        const value = { ...wanted };
        await tx.setting.upsert({ where, create: { ...where, value }, update: { value } });
        await notify(tx, 'settings', [NAME]);
        await noting(tx, AlertSettings.catch(USUAL).parse(found?.value ?? {}), wanted);
      });
    },
  };
}
