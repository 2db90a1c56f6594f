import { randomPKCECodeVerifier } from 'openid-client';
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
  type Proven,
  requireRecentProof,
  type SignInService,
  type Visitor,
} from '../sessions/index.ts';
import type { Arrivals } from './arrivals.ts';
import type { SsoBeginOptions, SsoBegun, SsoCaller, SsoDoor, SsoIdentified } from './ports.ts';
import type { Provider } from './provider.ts';
import type { ProviderCalls } from './provider-calls.ts';
import type { Providers } from './providers.ts';
import type { Attempt, AttemptsRepo } from './sso.repo.ts';

/** How long somebody may take at the other service. */
const ATTEMPT_MS = 600_000;

export type SsoDeps = {
  providers: Pick<Providers, 'enabled' | 'open'>;
  attempts: AttemptsRepo;
  calls: Pick<ProviderCalls, 'authorizationUrl' | 'claimsOf'>;
  arrivals: Arrivals;
  /** Who somebody is to the console; null when they are gone. */
  meOf(userId: string): Promise<Me | null>;
  signIn: Pick<SignInService, 'enter'>;
  limiters: Pick<Limiters, 'sso'>;
  clock: Pick<Clock, 'now'>;
  log: Pick<Log, 'warn'>;
};

/** A visitor whose browser may have begun this. */
type Guest = Visitor & Proven & { me: Me | null; origin: string | null; ssoCookie: string | null };

/** Sign-in by other services: there and back, for the console and for older clients' doors. */
export function createSsoService(deps: SsoDeps) {
  const { arrivals, attempts, calls, clock, limiters, log, meOf, providers, signIn } = deps;
  const now = () => new Date(clock.now());

  async function set(
    provider: Provider,
    options: Omit<SsoBeginOptions, keyof SsoCaller> & Pick<Attempt, 'purpose' | 'userId'>,
  ): Promise<SsoBegun> {
    const state = newSecret('');
    const binding = options.bound ? newSecret('') : null;
    const expected = {
      state,
      nonce: newSecret(''),
      verifier: randomPKCECodeVerifier(),
      redirectUri: options.redirectUri ?? ownRedirectUri(options.origin, provider.id),
    };
    const authorizationUrl = await calls.authorizationUrl(provider, expected);
    await attempts.put(
      {
        id: sha256hex(state),
        providerId: provider.id,
        purpose: options.purpose,
        userId: options.userId,
        binding: binding && sha256hex(binding),
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
  async function open(answer: SsoAnswer, binding: string | null) {
    const { provider: providerId, state } = answer;
    const which = { id: sha256hex(state), providerId, binding: sha256hex(binding ?? '') };
    const attempt = await attempts.take(which, now());
    if (!attempt) throw stateInvalid();
    const provider = await providers.open(providerId);
    const { code, iss } = answer;
    if (code === undefined || answer.error !== undefined) throw notConfirmed(provider);
    const expected = { ...attempt, state };
    try {
      const claims = await calls.claimsOf(provider, expected, { code, iss });
      return { attempt, provider, person: personOf(claims, provider.settings) };
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

  const door: SsoDoor = {
    async ways(): Promise<SsoWay[]> {
      return (await providers.enabled()).map(({ id, name, settings }) => ({
        id,
        name,
        kind: settings.kind,
      }));
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
      const opened = await open(answer, binding);
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
     * What a return comes to: signed in, a second factor asked for, or an account linked.
     * @returns the outcome, and the session's token where there is one.
     * @throws AppError what `identify` throws; conflict when somebody else has the account.
     */
    async finish(
      answer: SsoAnswer,
      guest: Guest,
    ): Promise<{ outcome: SsoOutcome; token?: string }> {
      const from = addressKey(guest.address);
      await limiters.sso.take(from);
      const opened = await open(answer, guest.ssoCookie);
      const { attempt, person, provider } = opened;
      const { returnTo } = attempt;
      if (attempt.purpose === 'link') {
        if (attempt.userId === null || attempt.userId !== guest.me?.id) throw stateInvalid();
        await arrivals.link(attempt.userId, { provider, person, caller: guest });
        await limiters.sso.giveBack(from);
        return { outcome: { next: 'linked', provider: provider.name, returnTo } };
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

function stateInvalid(): AppError {
  return new AppError(
    'sso_state_invalid',
    'This sign-in took too long, was used already, or began in another browser. Begin again.',
  );
}

function notConfirmed({ name }: Provider): AppError {
  return new AppError('sso_exchange_failed', `${name} did not sign you in. Begin again.`);
}
