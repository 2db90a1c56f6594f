import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import type { Outbound } from '../../infra/outbound/index.ts';
import { maskError } from '../../platforms/mask-error.ts';

const LONGEST_CALL_MS = 30_000;
/** A list of very many users. */
const MOST_BYTES = 16 * 1024 * 1024;
const LONGEST_QUOTE = 200;

const Key = z.string().regex(/^sk-[\x21-\x7e]{1,500}$/);
const UserId = z.string().min(1).max(200);
const Created = z.object({ data: z.object({ user_id: UserId, api_key: Key }) });
const Users = z.object({
  data: z.array(z.object({ user_id: UserId, name: z.string().nullable(), created_at: z.string() })),
});

export type AdminCallsDeps = {
  outbound: Pick<Outbound, 'json'>;
  baseUrl: string;
  adminKey: string;
};

export type NewPluginUser = { pluginUserId: string; apiKey: string };

export type AdminCalls = ReturnType<typeof createAdminCalls>;

/**
 * What the Plug-in API does for whoever has its admin key. Nobody's own call is ever made with that.
 * Each throws AppError upstream_refused, upstream_failed, upstream_timeout or outbound_refused, in
 * words for an admin and without the key; when `signal` aborts, its reason.
 */
export function createAdminCalls({ adminKey, baseUrl, outbound }: AdminCallsDeps) {
  async function ask(
    path: string,
    { signal, ...request }: { method: 'GET' | 'POST'; body?: object; signal: AbortSignal },
  ): Promise<unknown> {
    const limit = AbortSignal.timeout(LONGEST_CALL_MS);
    try {
      const { data, status } = await outbound.json(`${baseUrl}${path}`, {
        method: request.method,
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${adminKey}`,
          ...(request.body && { 'content-type': 'application/json' }),
        },
        ...(request.body && { body: JSON.stringify(request.body) }),
        signal: AbortSignal.any([signal, limit]),
        maxBytes: MOST_BYTES,
      });
      if (status >= 200 && status <= 299) return data;
      throw refused(status, maskError(said(data), adminKey));
    } catch (error) {
      if (signal.aborted || !limit.aborted) throw error;
      throw new AppError('upstream_timeout', 'The Plug-in API did not answer within 30 s.', {
        cause: error,
      });
    }
  }

  async function users(signal: AbortSignal) {
    const read = Users.safeParse(await ask('/api/users', { method: 'GET', signal }));
    if (!read.success) throw garbled();
    return read.data.data;
  }

  return {
    /** Makes a user there; the key is told this once. Source: its contract, section 3.1. */
    async create(name: string, signal: AbortSignal): Promise<NewPluginUser> {
      const body = { name, prefer_shared: 0 };
      return made(await ask('/api/users', { method: 'POST', body, signal }));
    },

    /** Ids of the users of that name that were made since then. */
    async findSince(name: string, since: number, signal: AbortSignal): Promise<string[]> {
      return (await users(signal))
        .filter((user) => user.name === name && Date.parse(user.created_at) >= since)
        .map((user) => user.user_id);
    },

    /** Whether it still has that user. */
    async has(pluginUserId: string, signal: AbortSignal): Promise<boolean> {
      return (await users(signal)).some((user) => user.user_id === pluginUserId);
    },

    /** Another key for somebody whose first one was lost on the way; that one ends. */
    async renew(pluginUserId: string, signal: AbortSignal): Promise<NewPluginUser> {
      const path = `/api/users/${encodeURIComponent(pluginUserId)}/regenerate-key`;
      return made(await ask(path, { method: 'POST', signal }));
    },
  };
}

function made(answer: unknown): NewPluginUser {
  const read = Created.safeParse(answer);
  if (!read.success) throw garbled();
  const { api_key: apiKey, user_id: pluginUserId } = read.data.data;
  return { apiKey, pluginUserId };
}

function said(data: unknown): string {
  const read = z.object({ error: z.string() }).safeParse(data);
  return read.success ? read.data.error.slice(0, LONGEST_QUOTE) : '';
}

function refused(status: number, words: string): AppError {
  const why = words === '' ? '' : ` It says: ${words}`;
  if (status === 401 || status === 403) {
    const message = `The Plug-in API refused the admin key (${status}). Check PLUGIN_API_ADMIN_KEY.${why}`;
    return new AppError('upstream_refused', message);
  }
  return new AppError('upstream_failed', `The Plug-in API answered ${status}.${why}`);
}

function garbled(): AppError {
  return new AppError(
    'upstream_failed',
    'The Plug-in API answered with something else than its contract says. Check PLUGIN_API_BASE_URL.',
  );
}
