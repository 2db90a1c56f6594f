import { isIP } from 'node:net';
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { AppError } from '#shared/errors.ts';
import type { PasskeyAnswer, PasskeyCreate, PasskeyRename } from '#shared/schemas/factors.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { Clock } from '../../infra/clock.ts';
import { newId } from '../../infra/ids.ts';
import type { Actor } from '../audit/index.ts';
import type { PasskeyOptions } from '../sessions/index.ts';
import type { FactorNotes } from './factor-notes.ts';
import type { FactorsRepo, StoredPasskey } from './factors.repo.ts';

/** How long browsers wait for the person; the challenge is good as long. */
const TIMEOUT_MS = 300_000;
const MOST_PASSKEYS = 20;
/** EdDSA, ES256 and RS256: what the devices about sign with. Source: IANA COSE algorithms. */
const ALGORITHMS = [-8, -7, -257];

export type PasskeysDeps = {
  repo: FactorsRepo;
  notes: FactorNotes;
  clock: Pick<Clock, 'now'>;
};

/** Passkeys (WebAuthn level 3): the device is one factor, what unlocks it the other. */
export function createPasskeysService({ repo, notes, clock }: PasskeysDeps) {
  return {
    /** Asks for one of this person's passkeys, or, with null, whichever the person chooses. */
    async ask(origin: string | null, userId: string | null): Promise<PasskeyOptions> {
      const { rpID } = partyOf(origin);
      const known = userId === null ? [] : await repo.passkeysOf(userId);
      const { extensions: _none, ...options } = await generateAuthenticationOptions({
        rpID,
        timeout: TIMEOUT_MS,
        userVerification: 'required',
        allowCredentials: known.map(descriptor),
      });
      return options;
    },

    /** Whose passkey answered the challenge. @throws AppError passkey_refused */
    async take(given: {
      answer: PasskeyAnswer;
      challenge: string;
      origin: string | null;
    }): Promise<string> {
      const { answer, challenge } = given;
      const { rpID, origin } = partyOf(given.origin);
      const passkey = await repo.findPasskey(answer.id);
      if (!passkey) {
        throw new AppError(
          'passkey_refused',
          'This passkey is not known here (any more). Use another one, or your password.',
        );
      }
      const handle = answer.response.userHandle;
      if (handle && handle !== handleOf(passkey.userId).toString('base64url')) throw refused();
      const counter = await counterOf({ answer, challenge, rpID, origin, passkey });
      if (!(await repo.notePasskey(passkey.id, counter, new Date(clock.now())))) throw refused();
      return passkey.userId;
    },

    /** What a browser needs to make a new passkey. @throws AppError conflict when there are too many. */
    async askNew(me: Me, origin: string | null) {
      const { rpID } = partyOf(origin);
      const known = await repo.passkeysOf(me.id);
      if (known.length >= MOST_PASSKEYS) {
        throw new AppError(
          'conflict',
          `You have ${MOST_PASSKEYS} passkeys. Delete one that you no longer use first.`,
        );
      }
      const { extensions: _none, ...options } = await generateRegistrationOptions({
        rpName: 'Gatehouse',
        rpID,
        userID: Uint8Array.from(handleOf(me.id)),
        userName: me.username,
        userDisplayName: me.displayName || me.username,
        timeout: TIMEOUT_MS,
        attestationType: 'none',
        supportedAlgorithmIDs: ALGORITHMS,
        excludeCredentials: known.map(descriptor),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      });
      return options;
    },

    /** @throws AppError passkey_refused, conflict when it is registered already. */
    async add(
      actor: Actor,
      { name, answer }: PasskeyCreate,
      expected: { challenge: string; origin: string | null },
    ): Promise<void> {
      const { rpID, origin } = partyOf(expected.origin);
      const checked = await verified(() =>
        verifyRegistrationResponse({
          response: { ...answer, clientExtensionResults: {} },
          expectedChallenge: expected.challenge,
          expectedOrigin: origin,
          expectedRPID: rpID,
          requireUserVerification: true,
          supportedAlgorithmIDs: ALGORITHMS,
        }),
      );
      if (!checked.registrationInfo) throw refused();
      const { credential, credentialBackedUp: backedUp } = checked.registrationInfo;
      const made = {
        id: newId(clock),
        userId: actor.me.id,
        name,
        credentialId: credential.id,
        publicKey: credential.publicKey,
        counter: BigInt(credential.counter),
        transports: answer.response.transports,
        backedUp,
        createdAt: new Date(clock.now()),
      };
      const added = await repo.insertPasskey(
        made,
        notes.passkey(actor, 'factors.addPasskey', { after: name }),
      );
      if (!added) throw new AppError('conflict', 'This passkey is registered already.');
    },

    /** @throws AppError not_found */
    async rename(actor: Actor, { id, name }: PasskeyRename): Promise<void> {
      const renamed = await repo.renamePasskey({ userId: actor.me.id, id, name }, (tx, before) =>
        notes.passkey(actor, 'factors.renamePasskey', { before, after: name })(tx),
      );
      if (!renamed) throw noPasskey();
    },

    /** @throws AppError not_found; conflict for the last way in. */
    async remove(actor: Actor, id: string): Promise<void> {
      const gone = await repo.deletePasskey({ userId: actor.me.id, id }, (tx, before) =>
        notes.passkey(actor, 'factors.deletePasskey', { before })(tx),
      );
      if (!gone) throw noPasskey();
    },
  };
}
export type PasskeysService = ReturnType<typeof createPasskeysService>;

/** The counter of a right answer. @throws AppError passkey_refused */
async function counterOf(given: {
  answer: PasskeyAnswer;
  challenge: string;
  rpID: string;
  origin: string;
  passkey: StoredPasskey;
}): Promise<bigint> {
  const { answer, challenge, rpID, origin, passkey } = given;
  const { userHandle, ...response } = answer.response;
  const result = await verified(() =>
    verifyAuthenticationResponse({
      response: {
        ...answer,
        response: { ...response, ...(userHandle ? { userHandle } : {}) },
        clientExtensionResults: {},
      },
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rpID,
      credential: {
        id: passkey.credentialId,
        publicKey: passkey.publicKey,
        counter: Number(passkey.counter),
      },
      requireUserVerification: true,
    }),
  );
  if (!result.verified) throw refused();
  return BigInt(result.authenticationInfo.newCounter);
}

/** The library throws plain errors at whatever does not fit; none of it is our fault. */
async function verified<Result>(verify: () => Promise<Result>): Promise<Result> {
  try {
    return await verify();
  } catch (cause) {
    throw refused(cause);
  }
}

/** Passkeys belong to a host name, and are made and asked for by pages of that host only. */
function partyOf(origin: string | null): { rpID: string; origin: string } {
  const rpID = origin === null ? '' : new URL(origin).hostname;
  if (origin !== null && isIP(rpID.replace(/^\[|\]$/g, '')) === 0) return { rpID, origin };
  throw new AppError(
    'bad_request',
    'Passkeys need an address with a name: open the console by its host name, not by its number.',
  );
}

/** What stands for a person inside their passkeys: the 16 bytes of their id. */
const handleOf = (userId: string): Buffer => Buffer.from(userId.replaceAll('-', ''), 'hex');

const descriptor = ({ credentialId, transports }: StoredPasskey) => ({
  id: credentialId,
  transports,
});

function refused(cause?: unknown): AppError {
  return new AppError('passkey_refused', 'That passkey did not work. Try again.', { cause });
}

function noPasskey(): AppError {
  return new AppError('not_found', 'There is no such passkey any more. Reload the page.');
}
