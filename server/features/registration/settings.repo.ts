import { RegistrationSettings } from '#shared/schemas/registration.ts';
import type { Db, Tx } from '../../infra/prisma/client.ts';
import { withTx } from '../../infra/prisma/client.ts';
import { notify } from '../../infra/prisma/notify.ts';

const NAME = 'registration';
const CLOSED = RegistrationSettings.parse({});

/** The row of `settings` that says who may register. */
export function createRegistrationSettingsRepo(db: Db) {
  /** What cannot be read lets nobody in. */
  async function read(tx: Tx | Db = db): Promise<RegistrationSettings> {
    const row = await tx.setting.findUnique({ where: { name: NAME }, select: { value: true } });
    return RegistrationSettings.catch(CLOSED).parse(row?.value ?? {});
  }

  return {
    read,

    /** Writes them, with what `also` checks before and records after, all or nothing. */
    save: (
      wanted: RegistrationSettings,
      also: {
        check(tx: Tx): Promise<void>;
        note(tx: Tx, was: RegistrationSettings): Promise<void>;
      },
    ): Promise<void> =>
      withTx(db, async (tx) => {
        await also.check(tx);
        await tx.$executeRaw`SELECT 1 FROM settings WHERE name = ${NAME} FOR UPDATE`;
        const was = await read(tx);
        const where = { name: NAME };
        const value = { ...wanted };
        await tx.setting.upsert({ where, create: { ...where, value }, update: { value } });
        await notify(tx, 'settings', [NAME]);
        await also.note(tx, was);
      }),
  };
}
export type RegistrationSettingsRepo = ReturnType<typeof createRegistrationSettingsRepo>;
