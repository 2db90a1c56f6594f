import { z } from 'zod';
import {
  accountStatus,
  type ContractAccount,
  cookieIdOf,
} from '../../features/plugin-contract/index.ts';
import {
  byKey,
  byPerson,
  CookieId,
  Done,
  done,
  Flag,
  ok,
  okay,
  type PluginRoutesDeps,
  StatusBody,
  whoOf,
} from './spec.ts';

const One = z.object({
  cookie_id: z.string(),
  user_id: z.string(),
  name: z.string(),
  is_shared: Flag,
  status: Flag,
  need_refresh: z.boolean(),
  expires_at: z.number().nullable(),
  project_id_0: z.string(),
  is_restricted: z.boolean(),
  paid_tier: z.boolean().nullable(),
  ineligible: z.boolean(),
  created_at: z.string(),
  updated_at: z.string(),
});
const Listed = One.extend({ last_used_at: z.string().nullable() });

/** A model of an account, and what is left of it. */
export const ModelQuota = z.object({
  quota_id: z.string(),
  cookie_id: z.string(),
  model_name: z.string(),
  reset_time: z.string().nullable(),
  quota: z.string(),
  status: Flag,
  last_fetched_at: z.string(),
  created_at: z.string(),
});

export const AccountNameBody = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(100, 'must have at most 100 characters');

/** What is answered where nothing had to be done. */
export const NOT_CHANGED = 'not changed';

/** Contract of the Plug-in API, 3.3: the caller's accounts; anybody's with the admin key. */
export function addAccountRoutes({ contract, identify, rest }: PluginRoutesDeps): void {
  const { accounts } = contract;
  const key = byKey(identify);
  const person = byPerson(identify);

  rest.route(
    {
      ...person,
      method: 'GET',
      path: '/api/accounts',
      summary: 'The caller’s accounts, newest first',
      answers: { 200: done(z.array(Listed)) },
    },
    async (asked) => {
      const rows = await accounts.list(whoOf(asked), 'others');
      return ok(
        rows.map((row) => ({ ...toOne(row), last_used_at: row.lastUsedAt?.toISOString() ?? null })),
      );
    },
  );

  rest.route(
    {
      ...key,
      method: 'GET',
      path: '/api/accounts/:cookie_id',
      summary: 'One account',
      params: CookieId,
      answers: { 200: done(One) },
    },
    async ({ params, ...asked }) => ok(toOne(await accounts.find(whoOf(asked), params.cookie_id))),
  );

  rest.route(
    {
      ...key,
      method: 'PUT',
      path: '/api/accounts/:cookie_id/status',
      summary: 'Switch an account on (1) or off (0)',
      params: CookieId,
      body: StatusBody,
      answers: { 200: done(z.object({ cookie_id: z.string(), status: Flag })) },
    },
    async ({ body, params: { cookie_id }, ...asked }) => {
      const changed = await accounts.setStatus(whoOf(asked), cookie_id, body);
      return ok({ cookie_id, status: body.status }, changed ? undefined : NOT_CHANGED);
    },
  );

  rest.route(
    {
      ...key,
      method: 'PUT',
      path: '/api/accounts/:cookie_id/name',
      summary: 'Rename an account',
      params: CookieId,
      body: z.object({ name: AccountNameBody }),
      answers: { 200: done(z.object({ cookie_id: z.string(), name: z.string() })) },
    },
    async ({ body, params: { cookie_id }, ...asked }) => {
      await accounts.rename(whoOf(asked), cookie_id, body);
      return ok({ cookie_id, name: body.name });
    },
  );

  rest.route(
    {
      ...key,
      method: 'PUT',
      path: '/api/accounts/:cookie_id/type',
      summary: 'Lend an account to the pool (1), or keep it to oneself (0)',
      params: CookieId,
      body: z.object({ is_shared: Flag }),
      answers: { 200: done(z.object({ cookie_id: z.string(), is_shared: Flag })) },
    },
    async ({ body: { is_shared }, params: { cookie_id }, ...asked }) => {
      const changed = await accounts.setShared(whoOf(asked), cookie_id, is_shared === 1);
      return ok({ cookie_id, is_shared }, changed ? undefined : NOT_CHANGED);
    },
  );

  rest.route(
    {
      ...key,
      method: 'DELETE',
      path: '/api/accounts/:cookie_id',
      summary: 'Delete an account',
      params: CookieId,
      answers: { 200: Done },
    },
    async ({ params, ...asked }) => {
      await accounts.delete(whoOf(asked), params.cookie_id);
      return okay('The account was deleted.');
    },
  );

  rest.route(
    {
      ...key,
      method: 'GET',
      path: '/api/accounts/:cookie_id/quotas',
      summary: 'What is left of each model of an account, the least first',
      params: CookieId,
      answers: { 200: done(z.array(ModelQuota)) },
    },
    async ({ params, ...asked }) => ok(await accounts.quotas(whoOf(asked), params.cookie_id)),
  );

  rest.route(
    {
      ...key,
      method: 'PUT',
      path: '/api/accounts/:cookie_id/quotas/:model_name/status',
      summary: 'Switch one model of an account on (1) or off (0)',
      params: CookieId.extend({ model_name: z.string().max(200) }),
      body: StatusBody,
      answers: {
        200: done(z.object({ cookie_id: z.string(), model_name: z.string(), status: Flag })),
      },
    },
    async ({ body: { status }, params: { cookie_id, model_name }, ...asked }) => {
      await accounts.setModelStatus(whoOf(asked), cookie_id, { model: model_name, status });
      return ok({ cookie_id, model_name, status });
    },
  );
}

function toOne(row: ContractAccount) {
  return {
    cookie_id: cookieIdOf(row.id),
    user_id: row.ownerId,
    name: row.name,
    is_shared: row.shared ? (1 as const) : (0 as const),
    status: accountStatus(row),
    need_refresh: row.state === 'expired',
    // Of sign-ins by OAuth, of which there are none yet.
    expires_at: null,
    project_id_0: '',
    is_restricted: false,
    paid_tier: null,
    ineligible: false,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}
