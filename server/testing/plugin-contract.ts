import { expect } from 'vitest';
import { PASSWORD, startApp } from './app.ts';
import { fakeClock } from './fake-clock.ts';
import { scriptedUpstream } from './scripted-upstream.ts';

export const ADMIN_KEY = 'plugin-admin-key-0123456789-abcdefgh';
export const HOUR_MS = 3_600_000;

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
export const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
/** What every mistake is told as. */
export const REFUSED = { error: expect.stringMatching(/\w/) };

export const keyFor = (name: string) => `gh-${name.padEnd(43, '0')}`;

/** What came back, whatever it is. */
export type Told = { status: number; body: unknown; text: string; headers: Headers };

/**
 * The application with our own Plug-in API and a clock that stands still: ann lends three accounts of
 * `lab` and keeps one, ben has one of his own, and what their accounts answer is scripted.
 */
export async function startPluginContract() {
  const upstream = await scriptedUpstream((call, res) => {
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify(answerTo(call.json)));
  });
  const clock = fakeClock();
  const person = (username: string, role = 'member') => ({ username, password: PASSWORD, role });
  const account = (owner: string, name: string, shared: boolean) => ({
    ...{ platform: 'lab', owner, name, shared },
    apiKey: `sk-upstream-${owner}-${name}`,
  });
  const app = await startApp(
    {
      users: [person('ada', 'admin'), person('ann'), person('ben'), person('dan')],
      platforms: [{ id: 'lab', protocol: 'openai-chat', baseUrl: upstream.url }],
      accounts: [
        ...['one', 'two', 'three'].map((name) => account('ann', name, true)),
        account('ann', 'mine', false),
        account('ben', 'own', false),
      ],
      models: [
        { name: 'gpt-lab', routes: [{ platform: 'lab', model: 'tiny', weight: 1 }] },
        { name: 'gpt/big', routes: [{ platform: 'lab', model: 'big', weight: 1 }] },
      ],
      keys: ['ada', 'ann', 'ben', 'dan'].map((owner) => ({
        ...{ owner, name: 'key' },
        secret: keyFor(owner),
      })),
    },
    { PLUGIN_ADMIN_KEY: ADMIN_KEY, OUTBOUND_ALLOW: `127.0.0.1:${upstream.port}` },
    clock,
  );
  const { infra, url } = app;
  await infra.pool.query('UPDATE accounts SET proved_at = now()');
  await infra.pool.query("SELECT pg_notify('gatehouse_accounts', '{\"ids\":[]}')");

  /** One request; `key` null = without any. */
  async function ask(
    key: string | null,
    method: string,
    path: string,
    { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Told> {
    const res = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await res.text();
    return { status: res.status, body: parsed(text), text, headers: res.headers };
  }

  async function idOf(username: string): Promise<string> {
    const row = await infra.db.user.findUniqueOrThrow({ where: { username } });
    return row.id;
  }

  async function cookieOf(username: string, name: string): Promise<string> {
    const owner = { username };
    const row = await infra.db.account.findFirstOrThrow({ where: { name, owner } });
    return row.id.replaceAll('-', '');
  }

  /** Adds what a set-up file says. */
  async function apply(document: object): Promise<void> {
    const whole = { oauthClients: [], ...document };
    await app.app.services.apply.apply(
      whole as unknown as Parameters<typeof app.app.services.apply.apply>[0],
    );
  }

  return {
    ...app,
    ...{ apply, ask, clock, cookieOf, idOf, upstream },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}
export type PluginContractApp = Awaited<ReturnType<typeof startPluginContract>>;

function answerTo(asked: Record<string, unknown> | null) {
  const message = { role: 'assistant', content: 'Hello.' };
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: asked?.['model'] ?? 'tiny',
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
