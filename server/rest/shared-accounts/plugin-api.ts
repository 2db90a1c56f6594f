import type { Response } from 'express';
import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import type { PluginApiService } from '../../features/plugin-api/index.ts';
import type { ModelCatalogue, QuotaGate, QuotaRules, UsageLedger } from '../../gateway/ports.ts';
import type { Clock } from '../../infra/clock.ts';
import { sharedAccountsErrors } from '../dialects.ts';
import type { Rest } from '../rest.ts';
import { SENT } from '../route-spec.ts';
import { familyIn, textsIn, withStream } from './plugin-asked.ts';
import { createPluginChat, type PluginChat } from './plugin-chat.ts';
import { createForward, type Forwarded, type PluginWay, relay } from './plugin-forward.ts';

const BASE = '/api/plugin-api';
const MOST_CHAT_BYTES = 32 * 1024 * 1024;

/** A part of a path: whatever it is, it stays one part. */
const Part = z
  .string()
  .min(1)
  .max(255)
  .refine((text) => !/[\\/]/.test(text) && text !== '.' && text !== '..', 'is no id');
const ByCookie = z.object({ cookie_id: Part });
const ByModel = ByCookie.extend({ model_name: Part });
const Switch = z.object({ status: z.int() });
const Theirs = z.json().meta({ description: 'What the Plug-in API answers' });
const Period = z.object({
  limit: z
    .string()
    .regex(/^\d{1,6}$/, 'is a whole number')
    .optional(),
  start_date: z.string().max(40).optional(),
  end_date: z.string().max(40).optional(),
});
const MyKey = z
  .object({
    id: z.int(),
    user_id: z.int(),
    plugin_user_id: z.string().nullable(),
    is_active: z.boolean(),
    created_at: z.string(),
    updated_at: z.string(),
    last_used_at: z.string().nullable(),
  })
  .meta({ id: 'PluginApiKey' });

const MaxTokens = z.int().min(1).max(10_000_000).nullish().catch(null);
const Chat = z.looseObject({
  model: z.string().min(1).max(200),
  messages: z.array(z.unknown()),
  stream: z.boolean().nullish(),
  max_tokens: MaxTokens,
});
const Generate = z.looseObject({ contents: z.array(z.unknown()).optional() });

export type PluginApiRoutesDeps = {
  service: PluginApiService;
  way: PluginWay;
  ledger: UsageLedger;
  quotas: QuotaGate;
  rules: QuotaRules;
  models: Pick<ModelCatalogue, 'find'>;
  clock: Clock;
};

type Call = Omit<Forwarded, 'signal' | 'family'>;

/**
 * /api/plugin-api: contract 000, section 3.3. Whatever the Plug-in API answers a person's own key is
 * the answer, status and body; see docs/compatibility.md for what is told otherwise. Gives back what
 * runs, for whoever must end it.
 */
export function addPluginApi(rest: Rest, deps: PluginApiRoutesDeps): PluginChat {
  const { clock, service } = deps;
  const forward = createForward(deps.way, clock);
  const chat = createPluginChat({ ...deps, forward });
  const common = { tag: 'Plug-in API', errors: sharedAccountsErrors } as const;
  const mine = { ...common, auth: 'token', answers: { 200: Theirs } } as const;
  const models = { ...common, auth: 'either', answers: { 200: Theirs } } as const;

  type Asked = { me: { id: string }; res: Response; signal: AbortSignal };
  async function pass(
    { me, res, signal }: Asked,
    call: Call,
    family: string | null = null,
  ): Promise<typeof SENT> {
    const key = await service.open(me.id);
    const path = call.path.replace(':me', encodeURIComponent(key.pluginUserId ?? ''));
    if (path !== call.path && key.pluginUserId === null) throw noPluginUser();
    await relay(res, await forward(key, { ...call, path, family, signal }), signal);
    res.end();
    return SENT;
  }

  rest.route(
    {
      ...common,
      auth: 'token',
      method: 'GET',
      path: `${BASE}/key`,
      summary: 'Whether one has an account at the Plug-in API; never the key',
      answers: { 200: MyKey },
    },
    async ({ me }) => {
      const row = await service.stored(me.id);
      if (!row) throw new AppError('not_found', 'There is no Plug-in API key for you yet.');
      return {
        id: row.number,
        user_id: row.userNumber,
        plugin_user_id: row.pluginUserId,
        is_active: row.active,
        created_at: row.createdAt.toISOString(),
        updated_at: row.updatedAt.toISOString(),
        last_used_at: row.lastUsedAt?.toISOString() ?? null,
      };
    },
  );

  rest.route(
    {
      ...mine,
      method: 'POST',
      path: `${BASE}/oauth/authorize`,
      summary: 'Begins the sign-in that adds an account there',
      body: z.object({ is_shared: z.int().default(0) }).default({ is_shared: 0 }),
    },
    ({ body, ...asked }) => pass(asked, { method: 'POST', path: '/api/oauth/authorize', body }),
  );
  rest.route(
    {
      ...mine,
      method: 'POST',
      path: `${BASE}/oauth/callback`,
      summary: 'Ends it with the address the browser was led to',
      body: z.object({ callback_url: z.string().max(8_000) }),
    },
    ({ body, ...asked }) =>
      pass(asked, { method: 'POST', path: '/api/oauth/callback/manual', body }),
  );

  rest.route(
    { ...mine, method: 'GET', path: `${BASE}/accounts`, summary: 'One’s accounts there' },
    (asked) => pass(asked, { method: 'GET', path: '/api/accounts' }),
  );
  const account = `${BASE}/accounts/:cookie_id`;
  const theirAccount = ({ cookie_id: id }: z.infer<typeof ByCookie>) =>
    `/api/accounts/${encodeURIComponent(id)}`;
  for (const [method, summary] of [
    ['GET', 'One of them'],
    ['DELETE', 'Removes one of them'],
  ] as const) {
    rest.route({ ...mine, method, path: account, summary, params: ByCookie }, (asked) =>
      pass(asked, { method, path: theirAccount(asked.params) }),
    );
  }
  rest.route(
    {
      ...mine,
      method: 'GET',
      path: `${account}/quotas`,
      summary: 'What is left of it',
      params: ByCookie,
    },
    (asked) => pass(asked, { method: 'GET', path: `${theirAccount(asked.params)}/quotas` }),
  );
  for (const [name, body, summary] of [
    ['status', Switch, 'Switches it on or off'],
    ['name', z.object({ name: z.string().max(1_000) }), 'Names it'],
    ['type', z.object({ is_shared: z.int() }), 'Lends it or takes it back'],
  ] as const) {
    rest.route(
      { ...mine, method: 'PUT', path: `${account}/${name}`, summary, params: ByCookie, body },
      (asked) => {
        const path = `${theirAccount(asked.params)}/${name}`;
        return pass(asked, { method: 'PUT', path, body: asked.body });
      },
    );
  }
  rest.route(
    {
      ...mine,
      method: 'PUT',
      path: `${account}/quotas/:model_name/status`,
      summary: 'Switches one of its models on or off',
      params: ByModel,
      body: Switch,
    },
    (asked) => {
      const model = encodeURIComponent(asked.params.model_name);
      const path = `${theirAccount(asked.params)}/quotas/${model}/status`;
      return pass(asked, { method: 'PUT', path, body: asked.body });
    },
  );

  for (const [name, summary] of [
    ['user', 'One’s credit by model'],
    ['shared-pool', 'What all share'],
  ] as const) {
    rest.route({ ...mine, method: 'GET', path: `${BASE}/quotas/${name}`, summary }, (asked) =>
      pass(asked, { method: 'GET', path: `/api/quotas/${name}` }),
    );
  }
  rest.route(
    {
      ...mine,
      method: 'GET',
      path: `${BASE}/quotas/consumption`,
      summary: 'What one used',
      query: Period,
    },
    (asked) => pass(asked, { method: 'GET', path: '/api/quotas/consumption', query: asked.query }),
  );

  rest.route(
    { ...mine, method: 'GET', path: `${BASE}/preference`, summary: 'Whose accounts come first' },
    (asked) => pass(asked, { method: 'GET', path: '/api/user/me' }),
  );
  rest.route(
    {
      ...mine,
      method: 'PUT',
      path: `${BASE}/preference`,
      summary: 'Says whose accounts come first',
      body: z.object({ prefer_shared: z.int() }),
    },
    (asked) => pass(asked, { method: 'PUT', path: '/api/users/:me/preference', body: asked.body }),
  );

  rest.route(
    {
      ...models,
      method: 'GET',
      path: `${BASE}/models`,
      scope: 'models',
      summary: 'The models there',
    },
    async (asked): Promise<typeof SENT> => {
      const family = await service.family(asked.caller.principal, familyIn(asked.req));
      return await pass(asked, { method: 'GET', path: '/v1/models' }, family);
    },
  );
  rest.route(
    {
      ...models,
      method: 'POST',
      path: `${BASE}/chat/completions`,
      scope: 'chat',
      callsModels: true,
      mostBytes: MOST_CHAT_BYTES,
      summary: 'OpenAI’s chat completions; streams unless told otherwise',
      body: Chat,
    },
    async ({ body, caller, raw, req, requestId, res, signal }): Promise<typeof SENT> => {
      const stream = body.stream ?? true;
      await chat.serve({
        ...{ requestId, res, signal, stream, model: body.model },
        principal: caller.principal,
        familyWish: familyIn(req),
        maxOutputTokens: body.max_tokens ?? null,
        texts: textsIn(body.messages),
        call: {
          method: 'POST',
          path: '/v1/chat/completions',
          // NOTE: theirs streams unless told otherwise, and who asks us may not have said.
          body: body.stream === undefined || body.stream === null ? withStream(raw) : raw,
        },
      });
      return SENT;
    },
  );
  rest.route(
    {
      ...models,
      method: 'POST',
      path: `${BASE}/v1beta/models/:model\\:generateContent`,
      scope: 'chat',
      callsModels: true,
      mostBytes: MOST_CHAT_BYTES,
      summary: 'Gemini’s way to ask for an image',
      params: z.object({ model: Part }),
      body: Generate,
    },
    async ({ body, params: { model }, raw, ...asked }): Promise<typeof SENT> => {
      const { caller, req, requestId, res, signal } = asked;
      await chat.serve({
        ...{ requestId, res, signal, model, stream: false, maxOutputTokens: null },
        principal: caller.principal,
        familyWish: familyIn(req),
        texts: textsIn(body.contents ?? []),
        call: {
          method: 'POST',
          path: `/v1beta/models/${encodeURIComponent(model)}:generateContent`,
          body: raw,
        },
      });
      return SENT;
    },
  );
  return chat;
}

function noPluginUser(): AppError {
  return new AppError(
    'bad_request',
    'It is not known who you are at the Plug-in API. Ask an admin.',
  );
}
