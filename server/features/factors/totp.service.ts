import { AppError } from '#shared/errors.ts';
import type { RecoveryCodes, TotpSetUp } from '#shared/schemas/factors.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { Cipher, Place } from '../../infra/cipher.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Actor } from '../audit/index.ts';
import type { FactorNotes } from './factor-notes.ts';
import type { FactorsRepo } from './factors.repo.ts';
import { newRecoveryCodes, recoveryCodeHash } from './recovery-codes.ts';
import { newTotpSecret, stepOfCode, totpAddress } from './totp-codes.ts';

export type TotpDeps = {
  repo: FactorsRepo;
  cipher: Pick<Cipher, 'seal' | 'open'>;
  notes: FactorNotes;
  clock: Pick<Clock, 'now'>;
};

/** Authenticator apps (RFC 6238) and the codes for whoever lost theirs. */
export function createTotpService({ repo, cipher, notes, clock }: TotpDeps) {
  const now = () => new Date(clock.now());

  return {
    /**
     * A secret for a new app. Nothing is asked for at sign-in until a code of it was right.
     * @throws AppError conflict when an app is set up already.
     */
    async begin(me: Me): Promise<TotpSetUp> {
      const secret = newTotpSecret();
      if (!(await repo.beginTotp(me.id, cipher.seal(secret, placeOf(me.id)), now()))) throw isOn();
      return { secret, address: totpAddress(secret, me.username) };
    },

    /**
     * Turns it on. @returns the recovery codes, which cannot be read again.
     * @throws AppError bad_request for a wrong code, conflict when it is on or was begun anew.
     */
    async confirm(actor: Actor, code: string): Promise<RecoveryCodes> {
      const { me } = actor;
      const secret = await repo.totpSecret(me.id, false);
      if (secret === null) throw isOn();
      const step = stepOfCode(cipher.open(secret, placeOf(me.id)), code, clock.now());
      if (step === null) throw wrongCode();
      const codes = newRecoveryCodes();
      const hashes = codes.map(recoveryCodeHash);
      const noting = notes.app(actor, 'factors.confirmTotp');
      const app = { userId: me.id, secret, step };
      if (!(await repo.confirmTotp(app, hashes, now(), noting))) throw isOn();
      return { codes };
    },

    /** Whether it is a code of the person's app; each is good once. */
    async takeCode(userId: string, code: string): Promise<boolean> {
      const secret = await repo.totpSecret(userId, true);
      if (secret === null) return false;
      const step = stepOfCode(cipher.open(secret, placeOf(userId)), code, clock.now());
      return step !== null && (await repo.advance(userId, step));
    },

    takeRecoveryCode: (userId: string, code: string): Promise<boolean> =>
      repo.takeRecoveryCode(userId, recoveryCodeHash(code), now()),

    /**
     * Ten new ones; the old ones stop working.
     * @throws AppError conflict when there is no app they would stand in for.
     */
    async renewRecoveryCodes(actor: Actor): Promise<RecoveryCodes> {
      const codes = newRecoveryCodes();
      const noting = notes.app(actor, 'factors.renewRecoveryCodes');
      const hashes = codes.map(recoveryCodeHash);
      if (await repo.replaceRecoveryCodes(actor.me.id, hashes, noting)) return { codes };
      throw new AppError('conflict', 'Set up an authenticator app first.');
    },

    turnOff: (actor: Actor): Promise<void> =>
      repo.deleteTotp(actor.me.id, notes.app(actor, 'factors.turnTotpOff')),
  };
}
export type TotpService = ReturnType<typeof createTotpService>;

const placeOf = (userId: string): Place => ({ table: 'totp', column: 'secret', id: userId });

function isOn(): AppError {
  return new AppError('conflict', 'An app was set up meanwhile. Reload the page to see it.');
}

function wrongCode(): AppError {
  return new AppError(
    'bad_request',
    'That code is wrong. Check that the phone shows the right time, and type the newest code.',
    { param: 'code' },
  );
}
