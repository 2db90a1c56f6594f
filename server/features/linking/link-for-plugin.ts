import { AppError, type ErrorCode } from '#shared/errors.ts';
import type { LinkProblem, LinkStatus } from '#shared/schemas/linking.ts';
import type { Clock } from '../../infra/clock.ts';
import { sha256hex } from '../../infra/ids.ts';
import type { OAuthClientsService, OpenedClient } from '../oauth-clients/index.ts';
import {
  KIRO,
  type LinkByOAuth,
  type Linked,
  type LinkWish,
  refuseLinking,
  type TokenWish,
} from '../plugin-contract/index.ts';
import type { Attempt, LinkingRepo } from './linking.repo.ts';
import type { LinkingService } from './linking.service.ts';
import { statusOf } from './status.ts';

export type LinkForPluginDeps = {
  service: Pick<LinkingService, 'arrive' | 'beginCode' | 'byToken'>;
  repo: Pick<LinkingRepo, 'find' | 'linked' | 'mayLendPersonal'>;
  clients: Pick<OAuthClientsService, 'opened'>;
  clock: Pick<Clock, 'now'>;
  pluginPlatform: string | null;
  /** Lends an account of this person. Throws like changing it. */
  share(userId: string, accountId: string): Promise<void>;
};

/** Contract of the Plug-in API, 3.2 and 3.6. */
const LIFE_MS = { antigravity: 300_000, kiro: 600_000 };
const PAGE = '/api/oauth/callback';
const NOWHERE = { address: '', requestId: null };

/** Linking as the Plug-in API's clients do it: by a user's key, with the state as the only tie to a browser. */
export function createLinkForPlugin(deps: LinkForPluginDeps): LinkByOAuth {
  const { clients, clock, pluginPlatform, repo, service, share } = deps;

  async function fittingFor(
    family: LinkWish['family'],
    isFit: (client: OpenedClient) => boolean = () => true,
  ): Promise<OpenedClient[]> {
    const all = (await clients.opened()).filter(isFit);
    const wanted = family === 'kiro' ? KIRO : (pluginPlatform ?? onlyPlatform(all));
    return all.filter(({ platformId }) => platformId === wanted);
  }

  async function clientFor({ family, provider }: LinkWish): Promise<OpenedClient | null> {
    const browses = ({ settings }: OpenedClient) => settings.authorizationEndpoint !== '';
    const fitting = await fittingFor(family, browses);
    const named = fitting.find(({ name }) => name.toLowerCase() === provider?.toLowerCase());
    return named ?? fitting[0] ?? null;
  }

  async function clientOfToken({ clientId, family }: TokenWish): Promise<OpenedClient | null> {
    const fitting = await fittingFor(family);
    if (clientId === null || fitting.length === 0) return fitting[0] ?? null;
    const found = fitting.find((client) => client.clientId === clientId);
    if (found) return found;
    throw new AppError(
      'bad_request',
      'The platform has no such OAuth client here. Ask an admin to add it, with its secret.',
      { param: 'client_id' },
    );
  }

  async function checkShared(client: OpenedClient, shared: boolean): Promise<void> {
    if (!shared || (await repo.mayLendPersonal(client.platformId))) return;
    throw new AppError(
      'bad_request',
      'An account that somebody signs in to is personal, and an admin has not allowed lending those of this platform. Link it with is_shared 0.',
      { param: 'is_shared' },
    );
  }

  /** An attempt that a key began; null for those of the console, which need its session. */
  async function begunByKey(state: string): Promise<Attempt | null> {
    const attempt = await repo.find(sha256hex(state));
    return attempt?.sessionId === null ? attempt : null;
  }

  async function linkedOf(
    { ownerId, shared }: Pick<Attempt, 'ownerId' | 'shared'>,
    status: LinkStatus,
  ): Promise<Linked> {
    if (status.state !== 'done') throw refusalOf(status);
    const accountId = status.account.id;
    if (shared) await share(ownerId, accountId);
    const row = await repo.linked(accountId);
    const createdAt = row?.account.createdAt ?? new Date(clock.now());
    return { accountId, userId: ownerId, shared, createdAt };
  }

  return {
    async begin(wish) {
      const client = await clientFor(wish);
      if (!client) return await refuseLinking().begin(wish);
      await checkShared(client, wish.shared);
      const lifeMs = LIFE_MS[wish.family];
      const caller = { ...NOWHERE, sessionId: null, origin: null };
      const me = { id: wish.userId, permissions: [] };
      const begun = await service.beginCode(
        { ...caller, me },
        { clientId: client.id, shared: wish.shared, page: PAGE, lifeMs },
      );
      return { authUrl: begun.address, state: begun.state, expiresIn: lifeMs / 1_000 };
    },

    async finish(answer) {
      const { code, state, userId } = answer;
      const attempt = await begunByKey(state);
      if (!attempt && (await clients.opened()).length === 0) {
        return await refuseLinking().finish(answer);
      }
      if (!attempt || (userId !== null && attempt.userId !== userId)) {
        throw refusalOf({ state: 'failed', problem: 'unknown', detail: '' });
      }
      const status = await service.arrive(attempt, { code, error: '' }, NOWHERE);
      return await linkedOf(attempt, status);
    },

    async byToken(wish) {
      const client = await clientOfToken(wish);
      if (!client) return await refuseLinking().byToken(wish);
      await checkShared(client, wish.shared);
      const { name, refreshToken, shared, userId } = wish;
      const caller = { ...NOWHERE, sessionId: null, origin: null };
      const status = await service.byToken(
        { ...caller, me: { id: userId, permissions: [] } },
        { clientId: client.id, refreshToken, name },
      );
      return await linkedOf({ ownerId: userId, shared }, status);
    },

    async status(state) {
      const attempt = await begunByKey(state);
      if (!attempt) return null;
      const status = await statusOf(repo, attempt, clock.now());
      if (status.state === 'done') return { state: 'done', accountId: status.account.id };
      if (status.state === 'waiting') return { state: 'waiting' };
      const isOver = status.state === 'failed' && status.problem === 'expired';
      return isOver ? null : { state: 'failed', text: refusalOf(status).message };
    },
  };
}

function onlyPlatform(all: readonly OpenedClient[]): string | null {
  const ids = new Set(all.map(({ platformId }) => platformId).filter((id) => id !== KIRO));
  const [only = null] = ids;
  return ids.size === 1 ? only : null;
}

const REFUSALS: Readonly<Record<LinkProblem, string>> = {
  no_address: 'That is not an address. Paste the whole of it.',
  no_state: 'The address has no state. Paste the whole of it.',
  no_code: 'The address has no code. Begin again.',
  unknown: 'This sign-in is not known: it is another person’s, or was begun long ago. Begin again.',
  other_attempt: 'The address belongs to another sign-in. Begin again.',
  used: 'This sign-in came back already. Begin again.',
  expired: 'This sign-in took too long. Begin again.',
  denied: 'The sign-in was refused. Begin again.',
  refused: 'The platform did not take the code. Begin again.',
  client: 'The OAuth client of the platform is set up wrongly. Tell an admin.',
  unreachable: 'The platform did not answer as it should. Try again in a while.',
  no_refresh_token:
    'The platform gave no refresh token, so the account could not be kept. Tell an admin.',
  other_account: 'That is another account than the one to be signed in again.',
  taken: 'This account was linked already.',
  gone: 'The account, its owner or the platform is gone. Begin again.',
  cancelled: 'This sign-in was given up. Begin again.',
};

const CODES: Partial<Record<LinkProblem, ErrorCode>> = {
  unreachable: 'upstream_failed',
  taken: 'conflict',
};

function refusalOf(status: LinkStatus): AppError {
  if (status.state !== 'failed') {
    return new AppError('conflict', 'The sign-in is still under way. Ask again in a moment.');
  }
  const { detail, problem } = status;
  const text = REFUSALS[problem] + (detail === '' ? '' : ` (${detail})`);
  return new AppError(CODES[problem] ?? 'bad_request', text);
}
