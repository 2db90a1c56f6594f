import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call as the scripted Plug-in API received it. */
export type PluginCall = {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  text: string;
  /** The body parsed; null when it was none. */
  json: Record<string, unknown> | null;
  /** Resolves once the connection under this request is closed. */
  closed: Promise<void>;
};

type Answer = (call: PluginCall, res: http.ServerResponse) => void | Promise<void>;

export const PLUGIN_ADMIN_KEY = 'admin-key-of-the-plugin-api';

/** A JSON answer of that status. */
export function told(status: number, body: unknown): Answer {
  return (_call, res) => {
    res.writeHead(status, { 'content-type': 'application/json' });
    res.end(JSON.stringify(body));
  };
}

/** A stream of exactly these pieces; one that does not end stays open. */
export function streamed(pieces: readonly string[], { ends = true } = {}): Answer {
  return (_call, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const piece of pieces) res.write(piece);
    if (ends) res.end();
  };
}

/**
 * The Plug-in API as its contract tells: it keeps users and their keys, and answers everything else by
 * what the test says (`when`), or with what it was asked.
 */
export async function startPluginApi() {
  const calls: PluginCall[] = [];
  const users: { user_id: string; name: string | null; key: string; created_at: string }[] = [];
  const scripted = new Map<string, Answer>();
  let made = 0;

  function newKey(): string {
    made += 1;
    return `sk-made${String(made).padStart(4, '0')}${'x'.repeat(32)}`;
  }

  function make({ json }: PluginCall) {
    const user = {
      user_id: `user-${users.length + 1}`,
      name: typeof json?.['name'] === 'string' ? json['name'] : null,
      key: newKey(),
      created_at: new Date().toISOString(),
    };
    users.push(user);
    return user;
  }

  function create(call: PluginCall, res: http.ServerResponse) {
    const { key: api_key, ...user } = make(call);
    return told(200, { success: true, data: { ...user, api_key, prefer_shared: 0 } })(call, res);
  }

  function renew(call: PluginCall, res: http.ServerResponse): void | Promise<void> {
    const id = call.path.split('/')[3];
    const user = users.find(({ user_id }) => user_id === id);
    if (!user) return told(500, { error: 'no such user' })(call, res);
    user.key = newKey();
    return told(200, { success: true, data: { user_id: id, api_key: user.key } })(call, res);
  }

  function asAdmin(call: PluginCall, res: http.ServerResponse): void | Promise<void> {
    if (call.headers.authorization !== `Bearer ${PLUGIN_ADMIN_KEY}`) {
      return told(403, { error: 'admin only' })(call, res);
    }
    if (call.path.endsWith('/regenerate-key')) return renew(call, res);
    if (call.method === 'POST') return create(call, res);
    const data = users.map(({ key: _key, ...user }) => ({ ...user, status: 1 })).reverse();
    return told(200, { success: true, data })(call, res);
  }

  function answer(call: PluginCall, res: http.ServerResponse): void | Promise<void> {
    const path = call.path.split('?')[0] ?? '';
    const own = scripted.get(`${call.method} ${path}`);
    if (own) return own(call, res);
    if (/^\/api\/users($|\/[^/]+\/regenerate-key$)/.test(path)) return asAdmin(call, res);
    const key = call.headers.authorization?.replace('Bearer ', '');
    if (!users.some((user) => user.key === key)) return told(401, { error: 'bad key' })(call, res);
    return told(200, { success: true, data: { asked: `${call.method} ${call.path}` } })(call, res);
  }

  const server = http.createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const closed = new Promise<void>((resolve) => res.once('close', () => resolve()));
    const { headers, method = '', url: path = '' } = req;
    const call = { method, path, headers, text, json: parsed(text), closed };
    calls.push(call);
    await answer(call, res);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    users,
    /** Answers this call (`GET /v1/models`) so from now on; null = as ever. */
    when(call: string, then: Answer | null): void {
      if (then) scripted.set(call, then);
      else scripted.delete(call);
    },
    /** Keeps what it was asked to make, and breaks the connection instead of telling. */
    makesAndDies(call: PluginCall, res: http.ServerResponse): void {
      make(call);
      res.destroy();
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
export type PluginApiServer = Awaited<ReturnType<typeof startPluginApi>>;

function parsed(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
