import { AppError } from '#shared/errors.ts';
import { can } from '#shared/permissions.ts';
import type { LinkBegin } from '#shared/schemas/linking.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Registry } from '../../platforms/registry.ts';
import type { OAuthClientsService, OpenedClient } from '../oauth-clients/index.ts';
import type { LinkingRepo } from './linking.repo.ts';
import type { From } from './settle.ts';

/** Who asks, and in which session of the console; null = by an API key. */
export type LinkCaller = From & {
  me: Pick<Me, 'id' | 'permissions'>;
  sessionId: string | null;
  /** The address of our pages as the browser sees it, where that is known. */
  origin: string | null;
};

export type Wish = Omit<LinkBegin, 'way'>;

export type WishesDeps = {
  repo: LinkingRepo;
  clients: Pick<OAuthClientsService, 'open'>;
  registry: Pick<Registry, 'find'>;
  clock: Pick<Clock, 'now'>;
};

/** How long a person may take to sign in. */
export const LIFE_MS = 600_000;
const MOST_WAITING = 20;

/** Whether somebody may have what they wish: which client, whose account. */
export function createWishes({ clients, clock, registry, repo }: WishesDeps) {
  /** @throws AppError not_found */
  async function clientOf(id: string): Promise<OpenedClient> {
    const client = await clients.open(id);
    if (client && registry.find(client.platformId)) return client;
    throw new AppError('not_found', 'There is no such way to sign in any more. Reload the page.', {
      param: 'clientId',
    });
  }

  async function ownerOfAccount(caller: LinkCaller, id: string, client: OpenedClient) {
    const row = await repo.linked(id);
    const mayChange = row?.account.ownerId === caller.me.id || can(caller.me, 'accounts.write');
    if (!row || !mayChange) {
      const message = 'This account does not exist, or it is not yours to change.';
      throw new AppError('not_found', message, { param: 'accountId' });
    }
    if (row.account.platformId !== client.platformId) {
      const message = 'This client is of another platform.';
      throw new AppError('bad_request', message, { param: 'clientId' });
    }
    return row.account.ownerId;
  }

  async function ownerOfNew({ me }: LinkCaller, ownerId: string): Promise<string> {
    if (ownerId !== me.id && !can(me, 'accounts.write')) {
      const message = 'You can only add accounts of your own. Ask an admin.';
      throw new AppError('forbidden', message, { param: 'ownerId' });
    }
    if (await repo.person(ownerId)) return ownerId;
    const message = 'There is no such person, or they are switched off.';
    throw new AppError('bad_request', message, { param: 'ownerId' });
  }

  return {
    clientOf,

    /** An attempt's facts. @throws AppError forbidden, not_found, bad_request, too_many_tries */
    async prepared(caller: LinkCaller, wish: Wish, client: OpenedClient) {
      const now = clock.now();
      const { accountId = null, name = '', ownerId: wanted = caller.me.id } = wish;
      const ownerId =
        accountId === null
          ? await ownerOfNew(caller, wanted)
          : await ownerOfAccount(caller, accountId, client);
      if ((await repo.waiting(caller.me.id, new Date(now))) >= MOST_WAITING) {
        throw new AppError(
          'too_many_tries',
          'Many sign-ins of yours wait already. Finish one, or try again in ten minutes.',
          { retryAfterMs: LIFE_MS },
        );
      }
      return {
        ...{ clientId: client.id, userId: caller.me.id, ownerId, sessionId: caller.sessionId },
        ...{ accountId, name, shared: false, redirectUri: '', pollAt: null, intervalMs: 0 },
        createdAt: new Date(now),
        expiresAt: new Date(now + LIFE_MS),
      };
    },
  };
}
