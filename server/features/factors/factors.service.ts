import type {
  FactorsView,
  PasskeyCreate,
  PasskeyRename,
  RecoveryCodes,
  TotpSetUp,
} from '#shared/schemas/factors.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { Actor } from '../audit/index.ts';
import { type ProofsService, type Proven, requireRecentProof } from '../sessions/index.ts';
import type { FactorsRepo } from './factors.repo.ts';
import type { PasskeysService } from './passkeys.service.ts';
import type { TotpService } from './totp.service.ts';

export type FactorsDeps = {
  repo: Pick<FactorsRepo, 'ofUser'>;
  totp: TotpService;
  passkeys: PasskeysService;
  proofs: Pick<ProofsService, 'keepRegistration' | 'takeRegistration'>;
};

/** A change of factors as it came in. */
export type FactorsAsker = Actor & Proven & { sessionId: string | null; origin: string | null };

/**
 * A person's own second factors. Whoever finds a session open must not make themselves a way in, nor
 * lock its owner out: every change asks for a recent proof and throws step_up_needed without one.
 */
export function createFactorsService({ repo, totp, passkeys, proofs }: FactorsDeps) {
  return {
    async mine(me: Me): Promise<FactorsView> {
      const { totpSince, recoveryCodesLeft, passkeys: keys } = await repo.ofUser(me.id);
      return {
        totpSince: totpSince?.toISOString() ?? null,
        recoveryCodesLeft,
        passkeys: keys.map(({ lastUsedAt, createdAt, ...key }) => ({
          ...key,
          lastUsedAt: lastUsedAt?.toISOString() ?? null,
          createdAt: createdAt.toISOString(),
        })),
      };
    },

    async beginTotp(asker: FactorsAsker): Promise<TotpSetUp> {
      requireRecentProof(asker);
      return await totp.begin(asker.me);
    },

    async confirmTotp(asker: FactorsAsker, code: string): Promise<RecoveryCodes> {
      requireRecentProof(asker);
      return await totp.confirm(asker, code);
    },

    async turnTotpOff(asker: FactorsAsker): Promise<void> {
      requireRecentProof(asker);
      await totp.turnOff(asker);
    },

    async renewRecoveryCodes(asker: FactorsAsker): Promise<RecoveryCodes> {
      requireRecentProof(asker);
      return await totp.renewRecoveryCodes(asker);
    },

    async askNewPasskey(asker: FactorsAsker) {
      requireRecentProof(asker);
      const options = await passkeys.askNew(asker.me, asker.origin);
      await proofs.keepRegistration(asker.me, options.challenge, asker.sessionId);
      return options;
    },

    async addPasskey(asker: FactorsAsker, input: PasskeyCreate): Promise<void> {
      requireRecentProof(asker);
      const challenge = await proofs.takeRegistration(asker.sessionId);
      await passkeys.add(asker, input, { challenge, origin: asker.origin });
    },

    /** A name weighs nothing. @throws AppError not_found */
    renamePasskey: (actor: Actor, input: PasskeyRename): Promise<void> =>
      passkeys.rename(actor, input),

    async deletePasskey(asker: FactorsAsker, id: string): Promise<void> {
      requireRecentProof(asker);
      await passkeys.remove(asker, id);
    },
  };
}
export type FactorsService = ReturnType<typeof createFactorsService>;
