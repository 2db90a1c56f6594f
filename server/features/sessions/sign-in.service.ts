import { AppError } from '#shared/errors.ts';
import type { FactorProof, PasskeyAnswer, SecondStep } from '#shared/schemas/factors.ts';
import type { Halfway, Me, SignInInput } from '#shared/schemas/sessions.ts';
import type { Clock } from '../../infra/clock.ts';
import { newSecret, sha256hex } from '../../infra/ids.ts';
import type { FailedSignIn, FailedSignIns } from './failed-sign-ins.ts';
import { addressKey, type Limiters } from './limiters.ts';
import type { Passwords } from './passwords.ts';
import type { PendingProofsRepo } from './pending-proofs.repo.ts';
import { PENDING_MS, type ProofsService } from './proofs.service.ts';
import type { PasskeyOptions, SecondFactors } from './second-factors.ts';
import type { SignInMeans } from './session-notes.ts';
import type { Visitor } from './session-store.ts';
import type { Credentials, SessionsRepo } from './sessions.repo.ts';
import { type SessionsService, type SignedIn, signInFailed, toMe } from './sessions.service.ts';

/** A visitor whose browser may use a passkey. */
export type PasskeyVisitor = Visitor & {
  origin: string | null;
  /** What binds a challenge to this browser. */
  proofCookie: string | null;
};

/** By what somebody comes in. */
export type Entrance = {
  means?: SignInMeans;
  /** True when that is as good as two factors. */
  proven?: boolean;
};

/** A code of the person's app, or a recovery code. */
export type CodeProof = Exclude<FactorProof, { by: 'passkey' }>;

export type SignInDeps = {
  sessions: Pick<SessionsService, 'start'>;
  proofs: Pick<ProofsService, 'check' | 'takePasskey'>;
  factors: Pick<SecondFactors, 'methodsOf' | 'askPasskey'>;
  repo: Pick<SessionsRepo, 'findCredentials' | 'hasLinkOfAdmin'>;
  pending: PendingProofsRepo;
  passwords: Pick<Passwords, 'matches'>;
  limiters: Pick<Limiters, 'username' | 'address' | 'passkey'>;
  failed: Pick<FailedSignIns, 'tell'>;
  clock: Pick<Clock, 'now'>;
};

/** The ways in: password, then a second factor where there is one; or a passkey alone. */
export function createSignInService(deps: SignInDeps) {
  const { sessions, proofs, factors, repo, pending, passwords, limiters, failed, clock } = deps;
  const now = () => new Date(clock.now());
  const expiry = () => new Date(clock.now() + PENDING_MS);

  /** Goes on after the first proof: to a session, or to the second factor. Null = they have no password. */
  async function enter(
    me: Me,
    passwordHash: string | null,
    visitor: Visitor,
    { means = 'password', proven = false }: Entrance = {},
  ): Promise<SignedIn | Halfway> {
    const methods = proven ? [] : await factors.methodsOf(me.id);
    if (methods.length === 0) {
      return { me, token: await sessions.start({ userId: me.id, passwordHash }, visitor, means) };
    }
    const ticket = newSecret('');
    await pending.put(
      {
        ...ticketRow(ticket),
        userId: me.id,
        passwordMark: markOf(passwordHash),
        challenge: null,
        expiresAt: expiry(),
      },
      now(),
    );
    return { next: 'second-factor', ticket, methods };
  }

  /** Whose ticket it is, as long as their password is still the one it was given for. */
  async function holderOf(ticket: string): Promise<Credentials> {
    const row = await pending.find({ ...ticketRow(ticket), now: now() });
    const known = row?.userId ? await repo.findCredentials({ id: row.userId }) : null;
    if (!known?.active || markOf(known.passwordHash) !== row?.passwordMark) throw ticketOver();
    return known;
  }

  /**
   * Whose password an admin took away comes back by the link they were given; whoever has none because
   * they came by another service needs none.
   * @throws AppError passkey_refused
   */
  async function refuseAfterReset({ id, passwordHash }: Credentials): Promise<void> {
    if (passwordHash !== null || !(await repo.hasLinkOfAdmin(id, now()))) return;
    throw new AppError(
      'passkey_refused',
      'Your password was reset. Open the link you were given and choose a new one first.',
    );
  }

  /** Records it when what was given is wrong; whoever is only to wait gave nothing. */
  async function telling<Result>(
    tried: Omit<FailedSignIn, 'why'>,
    visitor: Visitor,
    check: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await check();
    } catch (error) {
      const code = error instanceof AppError ? error.code : 'internal';
      if (code === 'bad_request' || code === 'passkey_refused') {
        failed.tell({ ...tried, why: 'wrong' }, visitor);
      }
      throw error;
    }
  }

  /** Whoever knows the password and may come in. @throws as `signIn` does. */
  async function withPassword(
    input: SignInInput,
    visitor: Visitor,
  ): Promise<Credentials & { passwordHash: string }> {
    const from = addressKey(visitor.address);
    await limiters.address.take(from);
    await limiters.username.take(input.username);
    const known = await repo.findCredentials({ username: input.username });
    const right = await passwords.matches(input.password, known?.passwordHash ?? null);
    if (!known?.passwordHash || !right) {
      failed.tell({ who: known, means: 'password', why: 'wrong' }, visitor);
      throw signInFailed();
    }
    await Promise.all([limiters.username.reset(input.username), limiters.address.giveBack(from)]);
    if (!known.active) {
      failed.tell({ who: known, means: 'password', why: 'disabled' }, visitor);
      throw notLetIn(known);
    }
    return { ...known, passwordHash: known.passwordHash };
  }

  return {
    enter,

    /** Whether what they gave so far is not enough: for doors that take no second factor. */
    asksSecondFactor: async (me: Me) => (await factors.methodsOf(me.id)).length > 0,

    /**
     * @throws AppError sign_in_failed, the same whether or not the user exists; user_disabled only to
     *   whoever knows the password; too_many_tries.
     */
    async signIn(input: SignInInput, visitor: Visitor): Promise<SignedIn | Halfway> {
      const known = await withPassword(input, visitor);
      return await enter(toMe(known), known.passwordHash, visitor);
    },

    /**
     * Password and, for whoever has a second factor, a code with it: for programs, which keep no
     * ticket. Makes no session.
     * @throws AppError as `signIn` does; second_factor_needed when the code is missing.
     */
    async prove(
      { proof, ...input }: SignInInput & { proof: CodeProof | null },
      visitor: Visitor,
    ): Promise<{ me: Me; passwordHash: string | null; means: SignInMeans }> {
      const who = await withPassword(input, visitor);
      const proved = { me: toMe(who), passwordHash: who.passwordHash };
      if ((await factors.methodsOf(who.id)).length === 0) return { ...proved, means: 'password' };
      if (proof === null) {
        throw new AppError(
          'second_factor_needed',
          'A code is needed too. Send totp_code, or recovery_code, with name and password.',
        );
      }
      const nowhere = { id: '', kind: 'second-factor' as const, origin: null };
      const check = () => proofs.check(who.id, proof, nowhere);
      await telling({ who, means: proof.by }, visitor, check).catch((error: unknown) => {
        const wrong = error instanceof AppError && error.code === 'bad_request';
        throw wrong ? new AppError('sign_in_failed', error.message) : error;
      });
      return { ...proved, means: proof.by };
    },

    /**
     * Asks for a passkey of whoever holds the ticket.
     * @throws AppError not_found when the ticket is over.
     */
    async askSecondPasskey(ticket: string, origin: string | null): Promise<PasskeyOptions> {
      const { id } = await holderOf(ticket);
      const options = await factors.askPasskey(origin, id);
      const which = { ...ticketRow(ticket), now: now() };
      if (!(await pending.setChallenge(which, options.challenge))) throw ticketOver();
      return options;
    },

    /**
     * The second step. A wrong code leaves the ticket as it is; the right one uses it up.
     * @throws AppError not_found when the ticket is over: used, older than five minutes, or the
     *   password changed; bad_request for a wrong code; passkey_refused; too_many_tries.
     */
    async proveSecondFactor(
      { ticket, proof }: SecondStep,
      visitor: Omit<PasskeyVisitor, 'proofCookie'>,
    ): Promise<SignedIn> {
      const known = await holderOf(ticket);
      const where = ticketRow(ticket);
      await telling({ who: known, means: proof.by }, visitor, () =>
        proofs.check(known.id, proof, { ...where, origin: visitor.origin }),
      );
      if (!(await pending.take({ ...where, now: now() }))) throw ticketOver();
      const { id: userId, passwordHash } = known;
      const token = await sessions.start({ userId, passwordHash }, visitor, proof.by);
      return { me: toMe(known), token };
    },

    /**
     * Asks for whichever passkey the person has for this address.
     * @returns what the browser is given, and the cookie that binds the answer to it.
     * @throws AppError too_many_tries
     */
    async askPasskey(
      visitor: PasskeyVisitor,
    ): Promise<{ options: PasskeyOptions; cookie: string }> {
      await limiters.passkey.take(addressKey(visitor.address));
      const options = await factors.askPasskey(visitor.origin, null);
      const cookie = newSecret('');
      const { challenge } = options;
      await pending.put(
        { ...cookieRow(cookie), userId: null, passwordMark: null, challenge, expiresAt: expiry() },
        now(),
      );
      return { options, cookie };
    },

    /**
     * A passkey is two factors by itself: the device, and what unlocks it.
     * @throws AppError passkey_refused; user_disabled only to whoever holds the passkey.
     */
    async signInWithPasskey(answer: PasskeyAnswer, visitor: PasskeyVisitor): Promise<SignedIn> {
      const { origin } = visitor;
      const userId = await telling({ who: null, means: 'passkey' }, visitor, () =>
        proofs.takePasskey(cookieRow(visitor.proofCookie ?? ''), { answer, origin }),
      );
      await limiters.passkey.giveBack(addressKey(visitor.address));
      const known = await repo.findCredentials({ id: userId });
      if (!known?.active) {
        failed.tell({ who: known, means: 'passkey', why: 'disabled' }, visitor);
        throw notLetIn(known);
      }
      await refuseAfterReset(known);
      const { passwordHash } = known;
      const token = await sessions.start({ userId, passwordHash }, visitor, 'passkey');
      return { me: toMe(known), token };
    },
  };
}
export type SignInService = ReturnType<typeof createSignInService>;

/** What a ticket is void without: the password as it was, or that there was none. */
const markOf = (passwordHash: string | null) => sha256hex(passwordHash ?? '');

const ticketRow = (ticket: string) => ({ id: sha256hex(ticket), kind: 'second-factor' as const });
const cookieRow = (cookie: string) => ({ id: sha256hex(cookie), kind: 'sign-in' as const });

function ticketOver(): AppError {
  return new AppError('not_found', 'This sign-in took too long. Begin again with your password.');
}

/** Told only to whoever proved who they are. */
function notLetIn(known: Pick<Credentials, 'pending' | 'unconfirmed'> | null): AppError {
  if (known?.unconfirmed) {
    return new AppError(
      'user_pending',
      'You are not let in yet. Open the link in the mail we sent you, or wait for an admin.',
      { param: 'email' },
    );
  }
  if (known?.pending) {
    return new AppError(
      'user_pending',
      'You are not let in yet. An admin has to do that; try again later.',
    );
  }
  return new AppError('user_disabled', 'Your account is disabled. Ask an admin to enable it.');
}
