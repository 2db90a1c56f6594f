import { AppError } from '#shared/errors.ts';
import { type Db, type Tx, withTx } from '../../infra/prisma/client.ts';

export type StoredPasskey = {
  id: string;
  userId: string;
  credentialId: string;
  publicKey: Uint8Array<ArrayBuffer>;
  counter: bigint;
  transports: string[];
};

/** What is called at the end of a change, within it. */
type NotingFactors = (tx: Tx) => Promise<void>;

export type PasskeyInsert = StoredPasskey & { name: string; backedUp: boolean; createdAt: Date };

/**
 * Rows of `totp`, `recovery_codes` and `passkeys`. `environmentService` is the sign-in service of the
 * configuration, which is always on.
 */
export function createFactorsRepo(db: Db, environmentService: string | null = null) {
  return {
    /** What a person has, without any secret. */
    async ofUser(userId: string) {
      const [totp, recoveryCodesLeft, passkeys] = await Promise.all([
        db.totp.findUnique({ where: { userId }, select: { confirmedAt: true } }),
        db.recoveryCode.count({ where: { userId, usedAt: null } }),
        db.passkey.findMany({
          where: { userId },
          select: { id: true, name: true, backedUp: true, lastUsedAt: true, createdAt: true },
          orderBy: { createdAt: 'asc' },
        }),
      ]);
      return { totpSince: totp?.confirmedAt ?? null, recoveryCodesLeft, passkeys };
    },

    /** @returns false when an app is set up already. */
    async beginTotp(userId: string, secret: string, now: Date): Promise<boolean> {
      const changed = await db.$executeRaw`
        INSERT INTO totp (user_id, secret, created_at) VALUES (${userId}::uuid, ${secret}, ${now})
        ON CONFLICT (user_id) DO UPDATE SET secret = ${secret}, created_at = ${now}, last_step = 0
        WHERE totp.confirmed_at IS NULL`;
      return changed > 0;
    },

    /** The sealed secret of an app that is set up, or, when `confirmed` is false, of one that is not yet. */
    async totpSecret(userId: string, confirmed: boolean): Promise<string | null> {
      const row = await db.totp.findUnique({
        where: { userId, confirmedAt: confirmed ? { not: null } : null },
        select: { secret: true },
      });
      return row?.secret ?? null;
    },

    /**
     * Turns the app on, together with its recovery codes.
     * @returns false when it was turned on or begun anew meanwhile.
     */
    async confirmTotp(
      { userId, secret, step }: { userId: string; secret: string; step: bigint },
      codeHashes: readonly string[],
      now: Date,
      noting: NotingFactors,
    ): Promise<boolean> {
      return await withTx(db, async (tx) => {
        const { count } = await tx.totp.updateMany({
          where: { userId, secret, confirmedAt: null },
          data: { confirmedAt: now, lastStep: step },
        });
        if (count === 0) return false;
        await replaceCodes(tx, userId, codeHashes);
        await noting(tx);
        return true;
      });
    },

    /** @returns false when a code of this step or a later one was taken before. */
    async advance(userId: string, step: bigint): Promise<boolean> {
      const { count } = await db.totp.updateMany({
        where: { userId, confirmedAt: { not: null }, lastStep: { lt: step } },
        data: { lastStep: step },
      });
      return count > 0;
    },

    /** @returns false when the person has no such code, or used it. */
    async takeRecoveryCode(userId: string, codeHash: string, now: Date): Promise<boolean> {
      const { count } = await db.recoveryCode.updateMany({
        where: { userId, codeHash, usedAt: null },
        data: { usedAt: now },
      });
      return count > 0;
    },

    /** @returns false when no app is set up, for which there would be codes. */
    async replaceRecoveryCodes(
      userId: string,
      codeHashes: readonly string[],
      noting: NotingFactors,
    ): Promise<boolean> {
      return await withTx(db, async (tx) => {
        const on = await tx.$queryRaw<unknown[]>`
          SELECT 1 AS on FROM totp WHERE user_id = ${userId}::uuid AND confirmed_at IS NOT NULL
          FOR UPDATE`;
        if (on.length === 0) return false;
        await replaceCodes(tx, userId, codeHashes);
        await noting(tx);
        return true;
      });
    },

    async deleteTotp(userId: string, noting: NotingFactors): Promise<void> {
      await withTx(db, async (tx) => {
        if (await deleteTotpOf(tx, userId)) await noting(tx);
      });
    },

    async passkeysOf(userId: string): Promise<StoredPasskey[]> {
      return await db.passkey.findMany({ where: { userId }, select: PASSKEY });
    },

    findPasskey: (credentialId: string): Promise<StoredPasskey | null> =>
      db.passkey.findUnique({ where: { credentialId }, select: PASSKEY }),

    /** @returns false when it is registered already. */
    async insertPasskey(passkey: PasskeyInsert, noting: NotingFactors): Promise<boolean> {
      return await withTx(db, async (tx) => {
        const { count } = await tx.passkey.createMany({ data: [passkey], skipDuplicates: true });
        if (count > 0) await noting(tx);
        return count > 0;
      });
    },

    /**
     * Notes that it answered.
     * @returns false when its counter went back: a copy of it is about, or the answer is an old one.
     */
    async notePasskey(id: string, counter: bigint, now: Date): Promise<boolean> {
      const forward = counter === 0n ? { counter: 0n } : { counter: { lt: counter } };
      const { count } = await db.passkey.updateMany({
        where: { id, ...forward },
        data: { counter, lastUsedAt: now },
      });
      return count > 0;
    },

    /** `noting` is given the name it had. @returns false when the person has no such passkey. */
    async renamePasskey(
      { userId, id, name }: { userId: string; id: string; name: string },
      noting: (tx: Tx, before: string) => Promise<void>,
    ): Promise<boolean> {
      return await withTx(db, async (tx) => {
        const before = await tx.passkey.findFirst({
          where: { id, userId },
          select: { name: true },
        });
        if (!before) return false;
        await tx.passkey.updateMany({ where: { id, userId }, data: { name } });
        await noting(tx, before.name);
        return true;
      });
    },

    /** As `renamePasskey`. @throws AppError conflict when it is their only way in. */
    async deletePasskey(
      { userId, id }: { userId: string; id: string },
      noting: (tx: Tx, before: string) => Promise<void>,
    ): Promise<boolean> {
      return await withTx(db, async (tx) => {
        // Two at a time, or one while an account elsewhere is unlinked, would each see the other.
        await tx.$queryRaw`SELECT 1 AS locked FROM users WHERE id = ${userId}::uuid FOR UPDATE`;
        const [gone] = await tx.$queryRaw<{ name: string }[]>`
          DELETE FROM passkeys WHERE id = ${id}::uuid AND user_id = ${userId}::uuid RETURNING name`;
        if (!gone) return false;
        if (!(await hasWayIn(tx, userId, environmentService))) {
          throw new AppError(
            'conflict',
            'This is your only way to sign in. Add another passkey or link an account first.',
          );
        }
        await noting(tx, gone.name);
        return true;
      });
    },
  };
}
export type FactorsRepo = ReturnType<typeof createFactorsRepo>;

/** Takes away every second factor of a user together with the change that asks for it. */
export async function deleteFactorsOf(tx: Tx, userId: string): Promise<void> {
  await deleteTotpOf(tx, userId);
  await tx.passkey.deleteMany({ where: { userId } });
  await tx.pendingProof.deleteMany({ where: { userId } });
}

/** A password, a passkey, or an account at a service that is on. */
async function hasWayIn(tx: Tx, userId: string, environment: string | null): Promise<boolean> {
  const ways = await tx.$queryRaw<unknown[]>`
    SELECT 1 AS way FROM users u WHERE u.id = ${userId}::uuid AND (
      u.password_hash IS NOT NULL
      OR EXISTS (SELECT 1 FROM passkeys k WHERE k.user_id = u.id)
      OR EXISTS (SELECT 1 FROM identities i LEFT JOIN identity_providers p ON p.id = i.provider_id
        WHERE i.user_id = u.id AND (p.enabled OR i.provider_id = ${environment})))`;
  return ways.length > 0;
}

const PASSKEY = {
  id: true,
  userId: true,
  credentialId: true,
  publicKey: true,
  counter: true,
  transports: true,
} as const;

/** @returns whether an app was set up. */
async function deleteTotpOf(tx: Tx, userId: string): Promise<boolean> {
  const on = await tx.totp.count({ where: { userId, confirmedAt: { not: null } } });
  await tx.totp.deleteMany({ where: { userId } });
  await tx.recoveryCode.deleteMany({ where: { userId } });
  return on > 0;
}

async function replaceCodes(tx: Tx, userId: string, hashes: readonly string[]): Promise<void> {
  await tx.recoveryCode.deleteMany({ where: { userId } });
  await tx.recoveryCode.createMany({ data: hashes.map((codeHash) => ({ userId, codeHash })) });
}
