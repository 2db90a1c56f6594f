import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { newSecret } from '#server/infra/ids.ts';

/** A sign-in and all tokens that came of it. */
type Family = {
  id: string;
  current: string;
  /** The one before, and until when it may be used once more (epoch ms). */
  last: { token: string; until: number } | null;
  /** Why none of its tokens is good any more; null = they are. */
  ended: 'reused' | 'revoked' | null;
  rotations: number;
};

/**
 * What the next requests meet instead of an answer. `lost`: it rotates, and the answer never arrives;
 * `slow`: it is answered well, when `letGo` is called; `late`: it rotates at once and answers
 * then; `forgotten`: it gives a new token and does not know it later, as when its database fell back to a
 * state before, so that the last one stays good.
 */
export type Trouble =
  | 'lost'
  | 'reset'
  | 'half'
  | 'html'
  | 'busy'
  | 'limited'
  | 'down'
  | 'slow'
  | 'late'
  | 'forgotten';

export type AuthorizationServerOptions = {
  /** False: refresh tokens stay as they are. */
  rotates?: boolean;
  /** How long the last token may be used again after it was rotated, ms; 0 = using it kills the family. */
  graceMs?: number;
  /** Life of access tokens, seconds; null = not told. */
  expiresIn?: number | null;
  now?: () => number;
};

/**
 * An authorization server over real HTTP that rotates refresh tokens and takes a second use of one for
 * theft, as RFC 9700 (4.14.2) asks for: then all tokens of the sign-in end. Many leave a window in which
 * the last token may be used again, for answers that were lost; `graceMs` is that.
 */
export async function authorizationServer(options: AuthorizationServerOptions = {}) {
  const { rotates = true, now = Date.now } = options;
  const state = {
    graceMs: options.graceMs ?? 0,
    expiresIn: options.expiresIn === undefined ? 3_600 : options.expiresIn,
    /** Met in turn; empty = all is well. */
    troubles: [] as Trouble[],
    /** Asked when there is none of these, with the id of the family. */
    troubleOf: (_id: string): Trouble | null => null,
    /** Refreshes wait until it resolves. */
    hold: null as Promise<void> | null,
  };
  const families = new Map<string, Family>();
  const byToken = new Map<string, Family>();
  const byAccess = new Map<string, Family>();
  const calls: { grant: string; token: string; path: string }[] = [];
  const slow: (() => void)[] = [];
  let arrived = Promise.withResolvers<void>();

  /** A new sign-in; its first refresh token. */
  function family(id = newSecret('family_', 6)): string {
    const token = newSecret('rt_');
    const made: Family = { id, current: token, last: null, ended: null, rotations: 0 };
    families.set(id, made);
    byToken.set(token, made);
    return token;
  }

  function refreshed(token: string): { status: number; body: object } {
    const found = byToken.get(token);
    if (!found || found.ended) return refused('invalid_grant', 'This token is not known.');
    const inGrace = found.last?.token === token && found.last.until >= now();
    if (found.current !== token && !inGrace) {
      found.ended = 'reused';
      return refused('invalid_grant', 'This refresh token was already used.');
    }
    if (rotates && !inGrace) {
      const next = newSecret('rt_');
      byToken.set(next, found);
      found.last = { token, until: now() + state.graceMs - (state.graceMs > 0 ? 0 : 1) };
      found.current = next;
      found.rotations += 1;
    }
    const access = newSecret('at_');
    byAccess.set(access, found);
    return given(access, rotates ? found.current : null);
  }

  function given(access: string, refresh: string | null) {
    return {
      status: 200,
      body: {
        access_token: access,
        token_type: 'Bearer',
        ...(state.expiresIn !== null && { expires_in: state.expiresIn }),
        ...(refresh !== null && { refresh_token: refresh }),
      },
    };
  }

  function forgot(token: string): { status: number; body: object } {
    const found = byToken.get(token);
    if (found?.current !== token || found.ended) return refreshed(token);
    const access = newSecret('at_');
    byAccess.set(access, found);
    return given(access, newSecret('rt_'));
  }

  function answer(res: http.ServerResponse, token: string): void {
    const trouble = state.troubles.shift() ?? state.troubleOf(byToken.get(token)?.id ?? '');
    switch (trouble) {
      case 'slow':
        slow.push(() => give(res, refreshed(token), false));
        return;
      case 'late': {
        const made = refreshed(token);
        slow.push(() => give(res, made, false));
        return;
      }
      case 'forgotten':
        give(res, forgot(token), false);
        return;
      case 'reset':
        res.destroy();
        return;
      case 'lost':
        refreshed(token);
        res.destroy();
        return;
      case 'html':
        res
          .writeHead(200, { 'content-type': 'text/html' })
          .end('<html>Checking your browser</html>');
        return;
      case 'busy':
        res.writeHead(503).end('{"error":"temporarily_unavailable"}');
        return;
      case 'down':
        res.writeHead(500).end();
        return;
      case 'limited':
        res.writeHead(429, { 'retry-after': '120' }).end('{"error":"rate_limit_exceeded"}');
        return;
    }
    give(res, refreshed(token), trouble === 'half');
  }

  function give(
    res: http.ServerResponse,
    { body, status }: ReturnType<typeof refreshed>,
    half: boolean,
  ): void {
    const text = JSON.stringify(body);
    res.writeHead(status, { 'content-type': 'application/json', 'content-length': text.length });
    if (half) {
      res.write(text.slice(0, text.length / 2), () => res.destroy());
      return;
    }
    res.end(text);
  }

  function tellWho(req: http.IncomingMessage, res: http.ServerResponse): void {
    const found = byAccess.get((req.headers.authorization ?? '').replace(/^Bearer /, ''));
    const who = found && {
      sub: found.id,
      email: `${found.id}@example.com`,
      name: 'Ada',
      session_token: 'secret',
    };
    res.writeHead(who ? 200 : 401, { 'content-type': 'application/json' });
    res.end(JSON.stringify(who ?? {}));
  }

  const server = http.createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    const path = req.url ?? '';
    if (path === '/userinfo') return tellWho(req, res);
    const text = Buffer.concat(chunks).toString();
    const isJson = (req.headers['content-type'] ?? '').includes('json');
    const fields = isJson
      ? (JSON.parse(text) as Record<string, string>)
      : Object.fromEntries(new URLSearchParams(text));
    const token = fields['refresh_token'] ?? '';
    calls.push({ grant: fields['grant_type'] ?? '', token, path });
    arrived.resolve();
    await state.hold;
    answer(res, token);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    tokenEndpoint: `http://127.0.0.1:${port}/token`,
    userInfoEndpoint: `http://127.0.0.1:${port}/userinfo`,
    port,
    state,
    calls,
    family,
    /** Asks without HTTP, for many days of it. */
    refreshed,
    families,
    /** Whether a refresh token is the good one of a living family. */
    isGood(token: string): boolean {
      const found = byToken.get(token);
      return found !== undefined && found.ended === null && found.current === token;
    },
    /** Whether an access token came of a family that lives. */
    isAccess: (token: string) => byAccess.get(token)?.ended === null,
    /** Ends a sign-in, as a person does who signs out everywhere. */
    revoke(id: string): void {
      const found = families.get(id);
      if (found) found.ended ??= 'revoked';
    },
    /** How many slow answers are held back. */
    held: () => slow.length,
    /** Gives the slow answers. */
    letGo(): void {
      for (const answer of slow.splice(0)) answer();
    },
    /** Resolves with the next call. */
    next(): Promise<void> {
      arrived = Promise.withResolvers<void>();
      return arrived.promise;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
export type AuthorizationServer = Awaited<ReturnType<typeof authorizationServer>>;

function refused(error: string, description: string) {
  return { status: 400, body: { error, error_description: description } };
}
