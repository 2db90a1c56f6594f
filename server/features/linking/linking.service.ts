import { AppError } from '#shared/errors.ts';
import { can } from '#shared/permissions.ts';
import type {
  LinkBegin,
  LinkBegun,
  LinkByToken,
  LinkClient,
  LinkClientsInput,
  LinkFinish,
  LinkOpen,
  LinkProblem,
  LinkStatus,
} from '#shared/schemas/linking.ts';
import type { Cipher } from '../../infra/cipher.ts';
import type { Clock } from '../../infra/clock.ts';
import { sha256hex } from '../../infra/ids.ts';
import type { Outbound } from '../../infra/outbound/index.ts';
import type { Registry } from '../../platforms/registry.ts';
import type { OAuthClientsService, OpenedClient } from '../oauth-clients/index.ts';
import type { Exchange } from '../vault/index.ts';
import { authorizationUrl, newVerifier, plainWords, readAddress } from './authorize.ts';
import { beginDevice } from './device.ts';
import type { Devices } from './devices.ts';
import { exchangeGrant } from './exchange-grant.ts';
import { openHeld, sealHeld } from './held-secret.ts';
import type { Attempt, LinkingRepo, NewAttempt } from './linking.repo.ts';
import type { From, Settle } from './settle.ts';
import { statusOf } from './status.ts';
import { createWishes, LIFE_MS, type LinkCaller, type Wish } from './wishes.ts';

export type LinkingDeps = {
  repo: LinkingRepo;
  clients: Pick<OAuthClientsService, 'open' | 'opened'>;
  registry: Pick<Registry, 'find'>;
  exchange: Exchange;
  outbound: Pick<Outbound, 'json'>;
  settle: Settle;
  devices: Pick<Devices, 'wake'>;
  cipher: Pick<Cipher, 'open' | 'seal'>;
  clock: Pick<Clock, 'now'>;
  /** Another one each time, and not to be guessed. */
  newState(): string;
  /** Where people open the console; null = as the browser says. */
  publicUrl: string | null;
};

/** How long it is told what became of an attempt. */
const TOLD_MS = 86_400_000;

/** Path of our own page that browsers are sent back to. */
const OWN_PAGE = '/oauth/callback';

const failed = (problem: LinkProblem, detail = ''): LinkStatus => ({
  ...{ state: 'failed', problem },
  detail: plainWords(detail),
});

/** Signing in to accounts at their platforms: by a browser, by a device, or by a refresh token. */
export function createLinkingService(deps: LinkingDeps) {
  const { cipher, clients, clock, devices, exchange, newState, outbound, registry } = deps;
  const { publicUrl, repo, settle } = deps;
  const { clientOf, prepared } = createWishes(deps);

  const put = (attempt: NewAttempt) => repo.put(attempt, new Date(clock.now() - TOLD_MS));

  async function beginCode(caller: LinkCaller, wish: CodeWish): Promise<CodeBegun> {
    const client = await clientOf(wish.clientId);
    if (client.settings.authorizationEndpoint === '') throw noSuchWay();
    const origin = publicUrl ?? caller.origin;
    const ownPage = client.settings.redirectUri === '';
    if (ownPage && origin === null) {
      throw new AppError(
        'bad_request',
        'The server does not know its own address. Set PUBLIC_URL, or give the client a redirect URI.',
      );
    }
    const facts = await prepared(caller, wish, client);
    const redirectUri = client.settings.redirectUri || `${origin}${wish.page ?? OWN_PAGE}`;
    const state = newState();
    const id = sha256hex(state);
    const verifier = client.settings.usePkce ? newVerifier() : null;
    const expiresAt = new Date(clock.now() + (wish.lifeMs ?? LIFE_MS));
    await put({
      ...{ ...facts, id, way: 'code', state: 'waiting', redirectUri, expiresAt },
      shared: wish.shared ?? false,
      secret: sealHeld(cipher, id, { verifier }),
    });
    return {
      ...{ way: 'code', attempt: id, state, expiresAt: expiresAt.toISOString() },
      address: authorizationUrl(client, { redirectUri, state, verifier }),
      ownPage: origin !== null && redirectUri === `${origin}${OWN_PAGE}`,
    };
  }

  async function startDevice(caller: LinkCaller, wish: Wish): Promise<LinkBegun> {
    const client = await clientOf(wish.clientId);
    if (client.settings.deviceEndpoint === '') throw noSuchWay();
    const facts = await prepared(caller, wish, client);
    const { intervalMs, lifeMs, ...device } = await beginDevice(outbound, client);
    const now = clock.now();
    const id = sha256hex(newState());
    const expiresAt = new Date(now + Math.min(lifeMs, 3 * LIFE_MS));
    await put({
      ...{ ...facts, id, way: 'device', state: 'waiting', intervalMs, expiresAt },
      pollAt: new Date(now + intervalMs),
      secret: sealHeld(cipher, id, { device }),
    });
    devices.wake();
    const { code: _, ...shown } = device;
    return { ...{ way: 'device', attempt: id, ...shown }, expiresAt: expiresAt.toISOString() };
  }

  /** An attempt of this person and session; null = it is none of theirs. */
  async function own(id: string, caller: LinkCaller): Promise<Attempt | null> {
    const attempt = await repo.find(id);
    const isTheirs = attempt?.userId === caller.me.id && attempt.sessionId === caller.sessionId;
    return isTheirs ? attempt : null;
  }

  async function now(id: string): Promise<LinkStatus> {
    const attempt = await repo.find(id);
    return attempt ? await statusOf(repo, attempt, clock.now()) : failed('unknown');
  }

  /** Exchanges the code of an attempt that waits: once. */
  async function redeem(attempt: Attempt, code: string, from: From): Promise<LinkStatus> {
    const taken = await repo.move(attempt.id, 'waiting', { state: 'taken', secret: null });
    if (!taken) return failed('used');
    const client = await clients.open(attempt.clientId);
    if (!client) return failed('gone');
    const { verifier = null } = openHeld(cipher, attempt.id, attempt.secret);
    const { redirectUri } = attempt;
    const grant = { type: 'authorization_code' as const, code, redirectUri, verifier };
    return await keep(attempt, client, grant, from);
  }

  /** Stores tokens before anything else is done with them: nobody gives them twice. */
  async function keep(
    attempt: Attempt,
    client: OpenedClient,
    grant: Parameters<Exchange>[1],
    from: From,
  ): Promise<LinkStatus> {
    const came = await exchangeGrant({ exchange, clock }, client, grant);
    if ('tokens' in came) {
      const secret = sealHeld(cipher, attempt.id, came);
      await repo.move(attempt.id, 'taken', { state: 'holding', secret });
      await settle.settle({ ...attempt, state: 'holding', secret }, client, from);
    } else {
      const ended = 'problem' in came ? came : { problem: 'unreachable' as const, detail: '' };
      await repo.end(attempt.id, ended);
    }
    return await now(attempt.id);
  }

  /** What a browser came back with, for an attempt that is known to be the caller's. */
  async function arrive(
    attempt: Attempt,
    { code, error }: { code: string; error: string },
    from: From,
  ): Promise<LinkStatus> {
    if (attempt.way !== 'code') return failed('unknown');
    if (attempt.state !== 'waiting') return failed('used');
    if (attempt.expiresAt.getTime() <= clock.now()) return failed('expired');
    if (error !== '') {
      const ended = { problem: 'denied' as const, detail: plainWords(error) };
      if (!(await repo.move(attempt.id, 'waiting', { state: 'taken' }))) return failed('used');
      await repo.end(attempt.id, ended);
      return failed('denied', error);
    }
    if (code === '') return failed('no_code');
    return await redeem(attempt, code, from);
  }

  async function offered(platformId?: string): Promise<LinkClient[]> {
    const all = await clients.opened(platformId);
    return all.flatMap(({ id, name, platformId: platform, settings }) => {
      const found = registry.find(platform);
      if (!found) return [];
      const { authorizationEndpoint, deviceEndpoint, redirectUri } = settings;
      return {
        ...{ id, name, platformId: platform, platformName: found.name },
        ...{ code: authorizationEndpoint !== '', ownPage: redirectUri === '' },
        device: deviceEndpoint !== '',
      };
    });
  }

  return {
    /** The ways to sign in: of a platform, for an account one may change, or all there are. */
    async clients(caller: LinkCaller, asked: LinkClientsInput): Promise<LinkClient[]> {
      if (asked.accountId === undefined) return await offered(asked.platformId);
      const row = await repo.linked(asked.accountId);
      const mayChange = row?.account.ownerId === caller.me.id || can(caller.me, 'accounts.write');
      if (!row || !mayChange) return [];
      const all = await offered(row.account.platformId);
      return all.sort((a, b) => Number(b.id === row.clientId) - Number(a.id === row.clientId));
    },

    beginCode,
    arrive,

    /**
     * Begins a sign-in.
     * @throws AppError not_found, bad_request, forbidden, too_many_tries; for a device like `beginDevice`.
     */
    async begin(caller: LinkCaller, { way, ...wish }: LinkBegin): Promise<LinkBegun> {
      if (way === 'device') return await startDevice(caller, wish);
      const { state: _, ...begun } = await beginCode(caller, wish);
      return begun;
    },

    /** The address a browser came back to; what is wrong with it is an answer. */
    async finish(caller: LinkCaller, { address, attempt }: LinkFinish): Promise<LinkStatus> {
      const back = readAddress(address);
      if (!back) return failed('no_address');
      if (back.state === '') return failed('no_state');
      const id = sha256hex(back.state);
      const found = await own(id, caller);
      if (!found) return failed('unknown');
      if (attempt !== undefined && attempt !== id) return failed('other_attempt');
      return await arrive(found, back, caller);
    },

    /** How far a sign-in is. */
    async status(caller: LinkCaller, id: string): Promise<LinkStatus> {
      const attempt = await own(id, caller);
      return attempt ? await statusOf(repo, attempt, clock.now()) : failed('unknown');
    },

    /** Gives the account that is there already the tokens that came. */
    async replace(caller: LinkCaller, id: string): Promise<LinkStatus> {
      const attempt = await own(id, caller);
      const client = attempt && (await clients.open(attempt.clientId));
      if (!attempt || !client) return failed('unknown');
      if (attempt.expiresAt.getTime() <= clock.now()) return failed('expired');
      if (!(await repo.move(id, 'asking', { state: 'holding' }))) return failed('used');
      const again = { ...attempt, accountId: attempt.resultId };
      await settle.settle(again, client, caller);
      return await now(id);
    },

    /** Ends a sign-in, with all that came of it. */
    async cancel(caller: LinkCaller, id: string): Promise<void> {
      const attempt = await own(id, caller);
      if (!attempt || !['waiting', 'asking'].includes(attempt.state)) return;
      await repo.end(id, { problem: 'cancelled', detail: '' });
    },

    /**
     * Signs in by a refresh token somebody has, which is asked for new tokens at once.
     * @throws AppError like `begin`.
     */
    async byToken(caller: LinkCaller, input: LinkByToken): Promise<LinkStatus> {
      const { refreshToken, ...wish } = input;
      const client = await clientOf(wish.clientId);
      const facts = await prepared(caller, wish, client);
      const id = sha256hex(newState());
      const attempt = { ...facts, id, way: 'token', state: 'taken' as const, secret: null };
      await put(attempt);
      const { pollAt: _, ...row } = attempt;
      const grant = { type: 'refresh_token' as const, refreshToken };
      return await keep({ ...row, error: null, resultId: null }, client, grant, caller);
    },

    /** Sign-ins that wait for this person, who may have closed the page meanwhile. */
    async open(caller: LinkCaller): Promise<LinkOpen[]> {
      const { me, sessionId } = caller;
      if (sessionId === null) return [];
      const rows = await repo.open(me.id, sessionId, new Date(clock.now()));
      return await Promise.all(rows.map(openOf));
    },

    /** Brings home tokens that a server did not live to store. */
    async resume(): Promise<void> {
      for (const attempt of await repo.held()) {
        const client = await clients.open(attempt.clientId);
        if (client) await settle.settle(attempt, client, { address: '', requestId: null });
      }
    },
  };

  async function openOf(attempt: Attempt): Promise<LinkOpen> {
    const client = await clients.open(attempt.clientId);
    const platformId = client?.platformId ?? '';
    const { device } = openHeld(cipher, attempt.id, attempt.secret);
    return {
      platformName: registry.find(platformId)?.name ?? platformId,
      clientId: attempt.clientId,
      begun: device
        ? {
            ...{ way: 'device', attempt: attempt.id, userCode: device.userCode },
            ...{ verificationUri: device.verificationUri, completeUri: device.completeUri },
            expiresAt: attempt.expiresAt.toISOString(),
          }
        : null,
      status: await statusOf(repo, attempt, clock.now()),
    };
  }
}
export type LinkingService = ReturnType<typeof createLinkingService>;

export type CodeWish = Wish & {
  shared?: boolean;
  /** Where the browser is sent back to where the client names no address of its own. */
  page?: string;
  lifeMs?: number;
};

type CodeBegun = Extract<LinkBegun, { way: 'code' }> & { state: string };

function noSuchWay(): AppError {
  return new AppError('bad_request', 'This client has no such way to sign in. Take another one.', {
    param: 'way',
  });
}
