import type { SecondFactorMethod } from '#shared/schemas/factors.ts';
import type { SecondFactors } from '../sessions/index.ts';
import type { FactorsRepo } from './factors.repo.ts';
import type { PasskeysService } from './passkeys.service.ts';
import type { TotpService } from './totp.service.ts';

export type SecondFactorsDeps = {
  repo: Pick<FactorsRepo, 'ofUser'>;
  totp: Pick<TotpService, 'takeCode' | 'takeRecoveryCode'>;
  passkeys: Pick<PasskeysService, 'ask' | 'take'>;
};

/** What signing in needs of the second factors. */
export function createSecondFactors({ repo, totp, passkeys }: SecondFactorsDeps): SecondFactors {
  return {
    /** An app makes a second step necessary; a passkey alone does not, but may stand in for the code. */
    async methodsOf(userId) {
      const { totpSince, recoveryCodesLeft, passkeys: keys } = await repo.ofUser(userId);
      if (totpSince === null) return [];
      const methods: SecondFactorMethod[] = ['totp'];
      if (keys.length > 0) methods.push('passkey');
      if (recoveryCodesLeft > 0) methods.push('recovery');
      return methods;
    },
    takeCode: totp.takeCode,
    takeRecoveryCode: totp.takeRecoveryCode,
    askPasskey: passkeys.ask,
    takePasskey: passkeys.take,
  };
}
