import { AppError } from '#shared/errors.ts';
import type { FactorProof, StepUpProof } from '#shared/schemas/factors.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { Clock } from '../../infra/clock.ts';
import { sha256hex } from '../../infra/ids.ts';
import type { Limiters } from './limiters.ts';
import type { Passwords } from './passwords.ts';
import type { PendingKind, PendingProofsRepo } from './pending-proofs.repo.ts';
import type { PasskeyOptions, SecondFactors } from './second-factors.ts';
import type { SessionNotes } from './session-notes.ts';
import type { Visitor } from './session-store.ts';
import type { SessionsRepo } from './sessions.repo.ts';

/** How long a ticket or challenge waits for its answer. */
export const PENDING_MS = 300_000;

/** The session a request came with, and the address of our pages as its browser sees it. */
export type Asker = { sessionId: string | null; origin: string | null };

/** Which pending proof an answer belongs to. */
type Pending = { id: string; kind: PendingKind };

export type ProofsDeps = {
  repo: Pick<SessionsRepo, 'findCredentials' | 'markProved'>;
  pending: PendingProofsRepo;
  factors: SecondFactors;
  passwords: Pick<Passwords, 'matches'>;
  limiters: Pick<Limiters, 'password' | 'code'>;
  notes: Pick<SessionNotes, 'steppedUp'>;
  clock: Pick<Clock, 'now'>;
};

/** Proving who one is with something else than the password alone. */
export function createProofsService(deps: ProofsDeps) {
  const { repo, pending, factors, passwords, limiters, notes, clock } = deps;

  const ofSession = (kind: PendingKind, sessionId: string | null): Pending => ({
    id: sha256hex(`${kind} ${sessionId}`),
    kind,
  });
  const now = () => new Date(clock.now());

  /** Codes can be guessed, so tries count, whichever kind of code it is. */
  async function checkCode(userId: string, proof: { by: 'code' | 'recovery'; code: string }) {
    await limiters.code.take(userId);
    const take = proof.by === 'code' ? factors.takeCode : factors.takeRecoveryCode;
    if (!(await take(userId, proof.code))) throw wrongCode(proof.by);
    await limiters.code.reset(userId);
  }

  async function checkPassword(me: Me, password: string): Promise<void> {
    if ((await factors.methodsOf(me.id)).length > 0) {
      throw new AppError(
        'bad_request',
        'Your password alone is not enough: give a code or use a passkey.',
        { param: 'proof.by' },
      );
    }
    await limiters.password.take(me.id);
    const known = await repo.findCredentials({ id: me.id });
    if (!(await passwords.matches(password, known?.passwordHash ?? null))) {
      throw new AppError('bad_request', 'The password is wrong. Type it again.', {
        param: 'proof.password',
      });
    }
    await limiters.password.reset(me.id);
  }

  /** Checks what answers a pending challenge. @returns whose passkey it was. */
  async function takePasskey(
    where: Pending,
    { answer, origin }: { answer: PasskeyProof['answer']; origin: string | null },
  ): Promise<string> {
    const challenge = await pending.takeChallenge({ ...where, now: now() });
    if (challenge === null) throw challengeOver();
    return await factors.takePasskey({ answer, challenge, origin });
  }

  /** @throws AppError bad_request for a wrong code, passkey_refused, too_many_tries. */
  async function check(
    userId: string,
    proof: FactorProof,
    from: Pending & { origin: string | null },
  ): Promise<void> {
    if (proof.by !== 'passkey') return await checkCode(userId, proof);
    const whose = await takePasskey(from, { answer: proof.answer, origin: from.origin });
    if (whose === userId) return;
    throw new AppError('passkey_refused', 'This passkey belongs to somebody else. Use your own.');
  }

  return {
    check,
    takePasskey,

    /** Asks the person's own passkeys; the answer counts for this session only. */
    async askStepUp(me: Me, { sessionId, origin }: Asker): Promise<PasskeyOptions> {
      const options = await factors.askPasskey(origin, me.id);
      const where = ofSession('step-up', sessionId);
      const expiresAt = new Date(clock.now() + PENDING_MS);
      const { challenge } = options;
      await pending.put(
        { ...where, userId: me.id, passwordMark: null, challenge, expiresAt },
        now(),
      );
      return options;
    },

    /**
     * From now on this session may do for ten minutes what weighs more. Whoever has a second factor
     * gives that; for others the password will do.
     * @throws AppError bad_request when it is wrong, passkey_refused, too_many_tries.
     */
    async stepUp(
      me: Me,
      proof: StepUpProof,
      asker: Asker & Pick<Visitor, 'address' | 'requestId'>,
    ): Promise<void> {
      const { sessionId, origin } = asker;
      if (proof.by === 'password') await checkPassword(me, proof.password);
      else await check(me.id, proof, { ...ofSession('step-up', sessionId), origin });
      if (sessionId === null) return;
      await repo.markProved(sessionId, now(), notes.steppedUp(me, asker, sessionId, proof.by));
    },

    /** The same, after another service vouched anew for whoever is there. */
    async provedElsewhere(
      me: Me,
      asker: Pick<Visitor, 'sessionId' | 'address' | 'requestId'>,
    ): Promise<void> {
      const { sessionId } = asker;
      if (sessionId === null) return;
      await repo.markProved(sessionId, now(), notes.steppedUp(me, asker, sessionId, 'sso'));
    },

    /** Keeps the challenge to a new passkey, for this session only. */
    async keepRegistration(me: Me, challenge: string, sessionId: string | null): Promise<void> {
      const where = ofSession('register', sessionId);
      const expiresAt = new Date(clock.now() + PENDING_MS);
      await pending.put(
        { ...where, userId: me.id, passwordMark: null, challenge, expiresAt },
        now(),
      );
    },

    /** @throws AppError passkey_refused when nothing was asked for, or too long ago. */
    async takeRegistration(sessionId: string | null): Promise<string> {
      const where = ofSession('register', sessionId);
      const challenge = await pending.takeChallenge({ ...where, now: now() });
      if (challenge === null) throw challengeOver();
      return challenge;
    },
  };
}
export type ProofsService = ReturnType<typeof createProofsService>;

type PasskeyProof = Extract<FactorProof, { by: 'passkey' }>;

function wrongCode(by: 'code' | 'recovery'): AppError {
  const text =
    by === 'code'
      ? 'That code is wrong or was used before. Wait for the next one and type that.'
      : 'That recovery code is wrong or was used before. Take another one of your list.';
  return new AppError('bad_request', text, { param: 'proof.code' });
}

function challengeOver(): AppError {
  return new AppError('passkey_refused', 'This took too long, or was done already. Try again.');
}
