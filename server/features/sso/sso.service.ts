import { randomPKCECodeVerifier } from 'openid-client';
import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { SsoAnswer, SsoBegin, SsoOutcome, SsoWay } from '#shared/schemas/sso.ts';
import { personOf } from '#shared/sso-claims.ts';
import type { Clock } from '../../infra/clock.ts';
import { newSecret, sha256hex } from '../../infra/ids.ts';
import type { Log } from '../../infra/log.ts';
import {
  addressKey,
  type Limiters,
  type ProofsService,
  type Proven,
  requireRecentProof,
  type SignInService,
  type Visitor,
} from '../sessions/index.ts';
import type { Arrivals } from './arrivals.ts';
import { toWay } from './identities.service.ts';
import type { SsoBeginOptions, SsoBegun, SsoCaller, SsoDoor, SsoIdentified } from './ports.ts';
import type { Provider } from './provider.ts';
import type { ProviderCalls } from './provider-calls.ts';
import type { Providers } from './providers.ts';
import type { Attempt, AttemptsRepo } from './sso.repo.ts';

/** How long somebody may take at the other service. */
const ATTEMPT_MS = 600_000;
/** By how much clocks of services may be behind ours. */
const SKEW_MS = 60_000;

export type SsoDeps = {
  providers: Pick<Providers, 'enabled' | 'open'>;
  attempts: AttemptsRepo;
  calls: Pick<ProviderCalls, 'authorizationUrl' | 'claimsOf'>;
  arrivals: Arrivals;
  /** Who somebody is to the console; null when they are gone. */
  meOf(userId: string): Promise<Me | null>;
  signIn: Pick<SignInService, 'enter'>;
  proofs: Pick<ProofsService, 'provedElsewhere'>;
  /** The services by which somebody may prove once more who they are. */
  proofsOf(me: Me): Promise<SsoWay[]>;
  limiters: Pick<Limiters, 'sso'>;
  clock: Pick<Clock, 'now'>;
  log: Pick<Log, 'warn'>;
};

/** A visitor whose browser may have begun this. */
type Guest = Visitor & Proven & { me: Me | null; origin: string | null; ssoCookie: string | null };

/** Sign-in by other services: there and back, for the console and for older clients' doors. */
export function createSsoService(deps: SsoDeps) {
  const { arrivals, attempts, calls, clock, limiters, log, meOf, proofs, proofsOf } = deps;
  const { providers, signIn } = deps;
  const now = () => new Date(clock.now());

  async function set(
    provider: Provider,
    options: Omit<SsoBeginOptions, keyof SsoCaller> &
      Pick<Attempt, 'purpose' | 'userId'> & { sessionId?: string | null },
  ): Promise<SsoBegun> {
    const state = newSecret('');
    const { purpose, sessionId = null, userId } = options;
    const binding = options.bound ? newSecret('') : null;
    const expected = {
      state,
      nonce: newSecret(''),
      verifier: randomPKCECodeVerifier(),
      redirectUri: options.redirectUri ?? ownRedirectUri(options.origin, provider.id),
      anew: purpose === 'prove',
    };
    const authorizationUrl = await calls.authorizationUrl(provider, expected);
    await attempts.put(
      {
        id: sha256hex(state),
        providerId: provider.id,
        ...{ purpose, userId },
        binding: binding && boundTo(binding, sessionId),
        verifier: expected.verifier,
        nonce: expected.nonce,
        redirectUri: expected.redirectUri,
        returnTo: options.next ?? '/',
        expiresAt: new Date(clock.now() + ATTEMPT_MS),
      },
      now(),
    );
    return { authorizationUrl, state, binding };
  }

  /** The attempt this answers, and who the service says it is. Nobody gets an answer twice. */
  async function open(answer: SsoAnswer, cookie: string | null, sessionId: string | null) {
    const { provider: providerId, state } = answer;
    const bindings = [null, sessionId].map((session) => boundTo(cookie ?? '', session));
    const which = { id: sha256hex(state), providerId, bindings };
    const attempt = await attempts.take(which, now());
    if (!attempt) throw stateInvalid();
    const provider = await providers.open(providerId);
    const { code, iss } = answer;
    if (code === undefined || answer.error !== undefined) throw notConfirmed(provider);
    const expected = { ...attempt, state, anew: attempt.purpose === 'prove' };
    try {
      const claims = await calls.claimsOf(provider, expected, { code, iss });
      return { attempt, claims, provider, person: personOf(claims, provider.settings) };
    } catch (error) {
      const cause = error instanceof AppError ? (error.cause ?? error) : error;
      log.warn({ provider: providerId, err: cause }, 'a sign-in by another service failed');
      throw error;
    }
  }

  async function known(opened: Awaited<ReturnType<typeof open>>, caller: SsoCaller) {
    const { attempt, person, provider } = opened;
    const { userId, passwordHash } = await arrivals.signIn({ provider, person, caller });
    const me = await meOf(userId);
    if (!me) throw new AppError('sso_refused', 'This person was removed just now. Ask an admin.');
    const { countsAsSecondFactor } = provider.settings;
    const { returnTo } = attempt;
    return { me, passwordHash, providerId: provider.id, returnTo, countsAsSecondFactor };
  }

  /** @throws AppError proof_refused unless this service may prove who they are. */
  async function mayProve(me: Me, providerId: string): Promise<void> {
    if ((await proofsOf(me)).some(({ id }) => id === providerId)) return;
    throw new AppError(
      'proof_refused',
      'This service does not prove who you are here. Use your password, a code or a passkey.',
    );
  }

  /** From now on the session that asked may do for ten minutes what weighs more; nobody is signed in. */
  async function prove(opened: Awaited<ReturnType<typeof open>>, guest: Guest): Promise<void> {
    const { attempt, claims, person, provider } = opened;
    const { me } = guest;
    if (!me || attempt.userId !== me.id) throw stateInvalid();
    await mayProve(me, provider.id);
    if (provider.settings.kind === 'oidc' && !isAnew(claims, attempt)) {
      throw new AppError(
        'proof_refused',
        `${provider.name} did not ask you anew who you are. Sign out there, and try again.`,
      );
    }
    if (!(await arrivals.isOwn(me.id, { provider, person, caller: guest }))) {
      throw new AppError(
        'proof_refused',
        `You came back with another account of ${provider.name} than the one that is linked to you. Take that one.`,
      );
    }
    await proofs.provedElsewhere(me, guest);
  }

  const door: SsoDoor = {
    async ways(): Promise<SsoWay[]> {
      return (await providers.enabled()).map(toWay);
    },

    async begin(providerId, options): Promise<SsoBegun> {
      await limiters.sso.take(addressKey(options.address));
      const provider = await providers.open(providerId);
      const redirectUri = options.redirectUri ?? provider.redirectUri;
      return await set(provider, { ...options, redirectUri, purpose: 'sign-in', userId: null });
    },

    async identify(answer, binding, caller): Promise<SsoIdentified> {
      const from = addressKey(caller.address);
      await limiters.sso.take(from);
      const opened = await open(answer, binding, null);
      if (opened.attempt.purpose !== 'sign-in') throw stateInvalid();
      const identified = await known(opened, caller);
      await limiters.sso.giveBack(from);
      return identified;
    },
  };

  return {
    ...door,

    /** Begins a sign-in from the console. @throws what `begin` of the door throws. */
    async enter({ next, provider: id }: SsoBegin, guest: Guest): Promise<SsoBegun> {
      await limiters.sso.take(addressKey(guest.address));
      const provider = await providers.open(id);
      const { origin } = guest;
      const facts = { purpose: 'sign-in', userId: null, redirectUri: null, bound: true } as const;
      return await set(provider, { ...facts, origin, next });
    },

    /** Begins linking an account elsewhere. @throws AppError step_up_needed; what `enter` throws. */
    async link(me: Me, { next, provider: id }: SsoBegin, guest: Guest): Promise<SsoBegun> {
      requireRecentProof(guest);
      await limiters.sso.take(addressKey(guest.address));
      const provider = await providers.open(id);
      const { origin } = guest;
      const facts = { purpose: 'link', userId: me.id, redirectUri: null, bound: true } as const;
      return await set(provider, { ...facts, origin, next });
    },

    /**
     * Begins a fresh sign-in at a linked service, which proves for this session who is there.
     * @throws AppError proof_refused for whoever has another proof, and for services that are not linked;
     *   what `enter` throws.
     */
    async prove(me: Me, { next, provider: id }: SsoBegin, guest: Guest): Promise<SsoBegun> {
      await limiters.sso.take(addressKey(guest.address));
      const provider = await providers.open(id);
      await mayProve(me, id);
      const { origin, sessionId } = guest;
      const facts = { purpose: 'prove', userId: me.id, redirectUri: null, bound: true } as const;
      return await set(provider, { ...facts, origin, next, sessionId });
    },

    /**
     * What a return comes to: signed in, a second factor asked for, an account linked, or the session
     * proved.
     * @returns the outcome, and the session's token where there is one.
     * @throws AppError what `identify` throws; conflict when somebody else has the account.
     */
    async finish(
      answer: SsoAnswer,
      guest: Guest,
    ): Promise<{ outcome: SsoOutcome; token?: string }> {
      const from = addressKey(guest.address);
      await limiters.sso.take(from);
      const opened = await open(answer, guest.ssoCookie, guest.sessionId);
      const { attempt, person, provider } = opened;
      const { returnTo } = attempt;
      if (attempt.purpose === 'link') {
        if (attempt.userId === null || attempt.userId !== guest.me?.id) throw stateInvalid();
        await arrivals.link(attempt.userId, { provider, person, caller: guest });
        await limiters.sso.giveBack(from);
        return { outcome: { next: 'linked', provider: provider.name, returnTo } };
      }
      if (attempt.purpose === 'prove') {
        await prove(opened, guest);
        await limiters.sso.giveBack(from);
        return { outcome: { next: 'proved', provider: provider.name, returnTo } };
      }
      const { countsAsSecondFactor: proven, me, passwordHash } = await known(opened, guest);
      await limiters.sso.giveBack(from);
      const entered = await signIn.enter(me, passwordHash, guest, { means: 'sso', proven });
      if ('next' in entered) return { outcome: { ...entered, returnTo } };
      const { token } = entered;
      return { outcome: { next: 'signed-in', me, returnTo }, token };
    },
  };
}
export type SsoService = ReturnType<typeof createSsoService>;

/** Each service has its own, so that the answer of one is never taken for another's (RFC 9700, 4.4). */
function ownRedirectUri(origin: string | null, providerId: string): string {
  if (origin !== null) return `${origin}/sso/callback/${providerId}`;
  throw new AppError(
    'bad_request',
    'It is not known where this server is reached. Set PUBLIC_URL, or open the console first.',
  );
}

/** What an attempt hangs on: the browser's cookie, and for a proof its session, too. */
function boundTo(cookie: string, sessionId: string | null): string {
  return sha256hex(sessionId === null ? cookie : `${cookie} ${sessionId}`);
}

const AuthTime = z.object({ auth_time: z.number().optional() });

/** Whether the person proved it there after we asked, as far as the service tells (Core, 2: auth_time). */
function isAnew(claims: unknown, { expiresAt }: Pick<Attempt, 'expiresAt'>): boolean {
  const told = AuthTime.safeParse(claims);
  if (!told.success) return false;
  const { auth_time: at } = told.data;
  return at === undefined || at * 1000 >= expiresAt.getTime() - ATTEMPT_MS - SKEW_MS;
}

function stateInvalid(): AppError {
  return new AppError(
    'sso_state_invalid',
    'This sign-in took too long, was used already, or began in another browser. Begin again.',
  );
}

function notConfirmed({ name }: Provider): AppError {
  return new AppError('sso_exchange_failed', `${name} did not sign you in. Begin again.`);
}
