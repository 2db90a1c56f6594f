import { AppError } from '#shared/errors.ts';
import { can } from '#shared/permissions.ts';
import type {
  OAuthClientSave,
  OAuthClientSettings,
  OAuthClientView,
  OAuthDiscovered,
} from '#shared/schemas/oauth-clients.ts';
import type { Cipher } from '../../infra/cipher.ts';
import type { Outbound } from '../../infra/outbound/index.ts';
import type { Tx } from '../../infra/prisma/client.ts';
import type { Registry } from '../../platforms/registry.ts';
import { type Actor, type Audit, by } from '../audit/index.ts';
import { type Proven, requireRecentProof } from '../sessions/index.ts';
import { refuseOpenHttp } from '../sso/index.ts';
import { discoverEndpoints } from './discovery.ts';
import type { ClientRow, ClientWrite, OAuthClientsRepo } from './oauth-clients.repo.ts';
import {
  clientSecretPlace,
  columnsOf,
  type OpenedClient,
  openClient,
  settingsOf,
} from './opened-client.ts';

export type OAuthClientsDeps = {
  repo: OAuthClientsRepo;
  registry: Pick<Registry, 'find'>;
  outbound: Pick<Outbound, 'assertAllowed' | 'json'>;
  cipher: Pick<Cipher, 'open' | 'seal'>;
  audit: Pick<Audit, 'note'>;
  newId(): string;
};

/** Those we call; browsers alone go to the authorization endpoint. */
const CALLED = [
  'tokenEndpoint',
  'deviceEndpoint',
  'revocationEndpoint',
  'userInfoEndpoint',
  'accountInfoEndpoint',
] as const;

/** The clients by which people sign in to accounts, platform by platform. */
export function createOAuthClientsService(deps: OAuthClientsDeps) {
  const { audit, cipher, newId, outbound, registry, repo } = deps;

  /** @throws AppError bad_request, outbound_refused for an address that may not be called. */
  function checkEndpoints(settings: OAuthClientSettings): void {
    refuseOpenHttp('authorizationEndpoint', settings.authorizationEndpoint);
    for (const name of CALLED) {
      const url = settings[name];
      refuseOpenHttp(name, url);
      try {
        if (url !== '') outbound.assertAllowed(url);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        throw new AppError(error.code, error.message, { param: `settings.${name}`, cause: error });
      }
    }
  }

  /**
   * Tokens go to these addresses, so that once there are any, others are said by those only who may
   * see them. @throws AppError forbidden
   */
  async function requireKnown(tx: Tx, { me }: Actor, input: OAuthClientSave): Promise<void> {
    const { platformId, settings } = input;
    if (can(me, 'vault.reveal') || !(await repo.hasTokens(tx, platformId))) return;
    const rows = (await repo.all(tx)).filter((row) => row.platformId === platformId);
    const known = new Set(rows.flatMap((row) => originsOf(settingsOf(row))));
    if (originsOf(settings).every((origin) => known.has(origin))) return;
    throw new AppError(
      'forbidden',
      'Accounts of this platform have tokens, so only an admin may name another server for them.',
      { param: 'vault.reveal' },
    );
  }

  function checkPlatform(id: string): void {
    const platform = registry.find(id);
    if (platform && !platform.managed && platform.id !== 'sandbox') return;
    const message = platform
      ? `People do not sign in to accounts of ${platform.name}.`
      : `There is no platform "${id}"; pick one from the list.`;
    throw new AppError('bad_request', message, { param: 'platformId' });
  }

  async function lockedOf(tx: Tx, id: string): Promise<ClientRow> {
    const row = await repo.lock(tx, id);
    if (!row) throw gone();
    return row;
  }

  async function add(tx: Tx, write: ClientWrite): Promise<ClientRow> {
    checkSecret(write, write.clientSecret);
    const after = await repo.insert(tx, write);
    if (!after) throw taken();
    return after;
  }

  async function change(tx: Tx, before: ClientRow, write: ClientWrite): Promise<ClientRow> {
    checkSecret(write, write.clientSecret === undefined ? before.clientSecret : write.clientSecret);
    // Tokens are good at the platform that gave them only.
    const moves = before.platformId !== write.platformId;
    if (moves && ((await repo.accounts(tx)).get(before.id) ?? 0) > 0) {
      throw new AppError('conflict', 'Accounts use this client; it stays at its platform.', {
        param: 'platformId',
      });
    }
    const after = await repo.update(tx, write);
    if (!after) throw taken();
    return after;
  }

  async function note(
    tx: Tx,
    actor: Actor,
    change: {
      action: 'oauthClients.save' | 'oauthClients.delete';
      before: ClientRow | null;
      after: ClientRow | null;
      also?: object;
    },
  ): Promise<void> {
    const { action, after, also, before } = change;
    const row = after ?? before;
    if (!row) return;
    await audit.note(tx, {
      ...by(actor, actor.me),
      action,
      target: { kind: 'oauthClient', id: row.id, name: row.name },
      before: before && factsOf(before),
      after: after && { ...factsOf(after), ...also },
    });
  }

  function viewOf(row: ClientRow, accounts: number): OAuthClientView {
    const { clientId, clientSecret, id, name, number, platformId } = row;
    return {
      ...{ id, number, platformId, name, clientId, accounts },
      platformName: registry.find(platformId)?.name ?? platformId,
      hasSecret: clientSecret !== null,
      settings: settingsOf(row),
      updatedAt: row.updatedAt.toISOString(),
    };
  }

  /**
   * Makes a client, or changes one.
   * @throws AppError not_found; conflict when the platform has another of this name; bad_request or
   *   outbound_refused for a platform or an address that will not do; forbidden for another server
   *   than the platform's clients have, without `vault.reveal`.
   */
  async function save(actor: Actor, input: OAuthClientSave): Promise<{ id: string }> {
    const { clientId, name, platformId, secret, settings } = input;
    checkPlatform(platformId);
    checkEndpoints(settings);
    const id = input.id ?? newId();
    const sealed = secret && cipher.seal(secret, clientSecretPlace(id));
    const write: ClientWrite = {
      ...{ id, platformId, name, clientId, ...columnsOf(settings) },
      ...(sealed === undefined ? {} : { clientSecret: sealed }),
    };
    return await repo.inTx(async (tx) => {
      await requireKnown(tx, actor, input);
      const before = input.id === null ? null : await lockedOf(tx, id);
      const after = before ? await change(tx, before, write) : await add(tx, write);
      const also = secret === undefined ? {} : { newSecret: true };
      await note(tx, actor, { action: 'oauthClients.save', before, after, also });
      return { id };
    });
  }

  return {
    async list(): Promise<OAuthClientView[]> {
      const [rows, accounts] = await Promise.all([repo.all(), repo.accounts()]);
      return rows.map((row) => viewOf(row, accounts.get(row.id) ?? 0));
    },

    save,

    /**
     * The same for a person: refresh tokens are sent to where a client says.
     * @throws AppError step_up_needed, and as `save`.
     */
    saveProved(actor: Actor & Proven, input: OAuthClientSave): Promise<{ id: string }> {
      requireRecentProof(actor);
      return save(actor, input);
    },

    /** @throws AppError not_found; conflict while accounts are refreshed by it. */
    async remove(actor: Actor, id: string): Promise<void> {
      await repo.inTx(async (tx) => {
        const before = await lockedOf(tx, id);
        const used = (await repo.accounts(tx)).get(id) ?? 0;
        if (used > 0) {
          throw new AppError(
            'conflict',
            `${used} ${used === 1 ? 'account is' : 'accounts are'} refreshed by this client. Give them another one first.`,
          );
        }
        await repo.delete(tx, id);
        await note(tx, actor, { action: 'oauthClients.delete', before, after: null });
      });
    },

    /** Where an issuer's endpoints are. Throws like `discoverEndpoints`. */
    discover: (issuer: string): Promise<OAuthDiscovered> => discoverEndpoints(outbound, issuer),

    /** Every client, opened; those of one platform when it is named. */
    async opened(platformId?: string): Promise<OpenedClient[]> {
      const rows = await repo.all();
      return rows
        .filter((row) => platformId === undefined || row.platformId === platformId)
        .map((row) => openClient(cipher, row));
    },

    /** One, opened; null when there is none. */
    async open(id: string): Promise<OpenedClient | null> {
      const row = await repo.find(id);
      return row && openClient(cipher, row);
    },
  };
}
export type OAuthClientsService = ReturnType<typeof createOAuthClientsService>;

const originsOf = (settings: OAuthClientSettings): string[] =>
  CALLED.flatMap((name) => (settings[name] === '' ? [] : [new URL(settings[name]).origin]));

/** What is told of a client: never its secret. */
function factsOf(row: ClientRow) {
  const { clientId, clientSecret, name, platformId } = row;
  return {
    platformId,
    name,
    clientId,
    hasSecret: clientSecret !== null,
    settings: settingsOf(row),
  };
}

/** @throws AppError bad_request when it has to prove itself and has nothing to do so with. */
function checkSecret({ tokenAuth }: ClientWrite, secret: string | null | undefined): void {
  if (tokenAuth === 'none' || secret) return;
  const message = 'A client that proves itself needs its secret; else choose “none”.';
  throw new AppError('bad_request', message, { param: 'secret' });
}

function taken(): AppError {
  return new AppError('conflict', 'The platform has a client of this name. Choose another name.', {
    param: 'name',
  });
}

function gone(): AppError {
  return new AppError('not_found', 'There is no such client any more. Reload the page.');
}
