import { AppError } from '#shared/errors.ts';
import type {
  MyPluginKey,
  PluginKeyListInput,
  PluginKeyPage,
  PluginKeyRetry,
  PluginKeyView,
} from '#shared/schemas/plugin-api.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { Clock } from '../../infra/clock.ts';
import { type AccountCipher, openKey } from '../accounts/index.ts';
import { type Actor, type Audit, by } from '../audit/index.ts';
import type { PluginKeyRow, PluginKeysRepo, StoredKey } from './plugin-keys.repo.ts';
import type { Provisioning } from './provisioning.ts';

/** How often it is written that a key is used. */
const NOTED_EVERY_MS = 60_000;
const MOST_NOTED = 10_000;

export type PluginApiDeps = {
  repo: PluginKeysRepo;
  /** Null where no Plug-in API is set up. */
  baseUrl: string | null;
  wake: Provisioning['wake'];
  cipher: AccountCipher;
  audit: Pick<Audit, 'note'>;
  clock: Pick<Clock, 'now'>;
  onError(error: unknown): void;
};

/** Somebody's key, opened for one call. */
export type OpenedKey = Omit<StoredKey, 'secret' | 'active'> & { secret: string };

export type PluginApiService = ReturnType<typeof createPluginApiService>;

/** Everybody's account at the Plug-in API, as people see it and as calls use it. */
export function createPluginApiService(deps: PluginApiDeps) {
  const { audit, baseUrl, cipher, clock, onError, repo, wake } = deps;
  const noted = new Map<string, number>();

  function noteUse(userId: string): void {
    const now = clock.now();
    if (now - (noted.get(userId) ?? Number.NEGATIVE_INFINITY) < NOTED_EVERY_MS) return;
    if (noted.size >= MOST_NOTED) noted.clear();
    noted.set(userId, now);
    repo.used(userId, new Date(now)).catch(onError);
  }

  return {
    /** Everybody's, by name, a page at a time, with how many there are of each state. */
    async list({ cursor, limit, search, state }: PluginKeyListInput): Promise<PluginKeyPage> {
      const wish = { state: state ?? null, search, after: cursor ?? null, limit: limit + 1 };
      const [found, counts] = await Promise.all([repo.list(wish), repo.counts()]);
      const rows = found.slice(0, limit);
      const last = rows.at(-1);
      const count = (of: PluginKeyRow['state']) => counts.get(of) ?? 0;
      return {
        baseUrl,
        rows: rows.map(toView),
        nextCursor: found.length > limit && last ? last.username : null,
        counts: {
          pending: count('pending'),
          ready: count('ready'),
          failed: count('failed'),
          removed: count('removed'),
        },
      };
    },

    /** Tries again at once. Throws not_found when there is nothing to try for that person. */
    async retry(actor: Actor, { userId }: PluginKeyRetry): Promise<{ count: number }> {
      const row = userId === null ? null : await repo.find(userId);
      if (userId !== null && !row) throw nothingToTry();
      const count = await repo.retry(userId, new Date(clock.now()), (tx, tried) =>
        audit.note(tx, {
          ...by(actor, actor.me),
          action: 'pluginApi.retry',
          target: row
            ? { kind: 'user', id: row.userId, name: row.username }
            : { kind: 'settings', id: 'plugin-api', name: 'Plug-in API' },
          before: null,
          after: { tried },
        }),
      );
      if (userId !== null && count === 0) throw nothingToTry();
      wake();
      return { count };
    },

    /** A person's own, without what went wrong: that is for admins. */
    async mine(me: Me): Promise<MyPluginKey> {
      const row = baseUrl === null ? null : await repo.find(me.id);
      if (!row) return null;
      return { state: row.state, nextTryAt: nextTryOf(row), accountId: row.accountId };
    },

    /** What older clients are told of their key; null when there is none. */
    stored: (userId: string): Promise<StoredKey | null> => repo.stored(userId),

    /**
     * Which family of models a call is for: the key's, or, where a person asks, the one they name.
     * @throws AppError forbidden for the second one to whoever does not take part in what is tried out.
     */
    async family(who: { userId: string; keyId: string | null }, wish: string | null) {
      const { beta, family } = await repo.familyOf(who.userId, who.keyId);
      const wanted = who.keyId === null ? wish : family;
      if (wanted === 'kiro' && !beta) {
        throw new AppError('forbidden', 'These models are being tried out. Join the beta first.');
      }
      return wanted;
    },

    /**
     * A person's key for one call on their behalf.
     * @throws AppError bad_request when there is none, forbidden when it is switched off.
     */
    async open(userId: string): Promise<OpenedKey> {
      const row = await repo.stored(userId);
      if (!row) throw noKey(baseUrl);
      if (!row.active) {
        throw new AppError(
          'forbidden',
          'Your account of the Plug-in API is switched off. Switch it on in the console.',
        );
      }
      const secret = openKey(cipher, row.accountId, row.secret);
      if (secret === null) throw noKey(baseUrl);
      noteUse(userId);
      return { ...row, secret };
    },
  };
}

function toView(row: PluginKeyRow): PluginKeyView {
  const { attempts, createdAt, lastError, lastErrorAt, lastUsedAt, pluginUserId } = row;
  return {
    ...{ userId: row.userId, username: row.username, state: row.state, pluginUserId, attempts },
    nextTryAt: nextTryOf(row),
    error: lastError,
    errorAt: lastErrorAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  };
}

function nextTryOf({ nextTryAt, state }: Pick<PluginKeyRow, 'nextTryAt' | 'state'>) {
  return state === 'ready' || state === 'removed' ? null : nextTryAt.toISOString();
}

function nothingToTry(): AppError {
  return new AppError('not_found', 'There is nothing to try for this person. Reload the list.');
}

function noKey(baseUrl: string | null): AppError {
  return new AppError(
    'bad_request',
    baseUrl === null
      ? 'No Plug-in API is set up here. Ask an admin.'
      : 'There is no account of the Plug-in API for you yet. Try again in a minute, or ask an admin.',
  );
}
