import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import {
  accountStatus,
  type ContractAccount,
  cookieIdOf,
  KIRO,
} from '../../features/plugin-contract/index.ts';
import { reply } from '../route-spec.ts';
import { AccountNameBody, NOT_CHANGED } from './accounts.ts';
import { answered, Begun, partsOf } from './oauth.ts';
import {
  byKey,
  byPerson,
  Done,
  done,
  Flag,
  forAll,
  ok,
  okay,
  type PluginRoutesDeps,
  SpanQuery,
  StatusBody,
  spanOf,
  whoOf,
} from './spec.ts';

const MOST_ROWS = 1_000;
const AccountId = z.object({ account_id: z.string().max(100) });
const Part = z.string().max(4_000).optional();

const Account = z.object({
  account_id: z.string(),
  user_id: z.string(),
  account_name: z.string(),
  is_shared: Flag,
  status: Flag,
  need_refresh: z.boolean(),
  email: z.string().nullable(),
  subscription: z.string().nullable(),
  last_used_at: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
});

const Balance = z.object({
  account_id: z.string(),
  account_name: z.string(),
  email: z.string().nullable(),
  subscription: z.string().nullable(),
  subscription_type: z.string().nullable(),
  balance: z.object({
    available: z.number(),
    total_limit: z.number(),
    current_usage: z.number(),
    base_available: z.number(),
    bonus_available: z.number(),
    reset_date: z.string().nullable(),
  }),
  free_trial: z.null(),
  bonus_details: z.array(z.never()),
});

const Consumption = z.object({
  account_id: z.string(),
  account_name: z.string(),
  logs: z.array(
    z.object({
      log_id: z.string(),
      account_id: z.string(),
      model_id: z.string(),
      credit_used: z.string(),
      is_shared: Flag,
      consumed_at: z.string(),
    }),
  ),
  stats: z.array(
    z.object({
      model_id: z.string(),
      request_count: z.string(),
      total_credit: z.string(),
      avg_credit: z.string(),
      min_credit: z.string(),
      max_credit: z.string(),
    }),
  ),
  pagination: z.object({ limit: z.int(), offset: z.int(), total: z.int() }),
});

const Totals = z.object({
  total_requests: z.string(),
  total_credit: z.string(),
  avg_credit: z.string(),
  shared_credit: z.string(),
  private_credit: z.string(),
});

const Secret = z.string().min(1, 'must not be empty').max(8_000);
const Imported = {
  account_name: z.string().max(100).optional(),
  refresh_token: Secret,
  machineid: z.string().min(1, 'must not be empty').max(200),
  is_shared: Flag.default(0),
};
const ImportBody = z.discriminatedUnion('auth_method', [
  z.object({ ...Imported, auth_method: z.literal('Social') }),
  z.object({
    ...Imported,
    auth_method: z.literal('IdC'),
    client_id: Secret,
    client_secret: Secret,
  }),
]);

/** Contract of the Plug-in API, 3.6: the second family, accounts of the platform `kiro` if an admin added one. */
export function addKiroRoutes(deps: PluginRoutesDeps): void {
  addSignIn(deps);
  addAccounts(deps);
  addFigures(deps);
}

function addSignIn({ contract: { link }, identify, rest }: PluginRoutesDeps): void {
  const person = byPerson(identify);

  rest.route(
    {
      ...person,
      method: 'POST',
      path: '/api/kiro/oauth/authorize',
      summary: 'Where to sign in to link an account of the second family',
      body: z
        .object({
          provider: z.enum(['Google', 'Github']).default('Google'),
          is_shared: Flag.default(0),
        })
        .prefault({}),
      answers: { 200: done(Begun) },
    },
    async ({ body: { is_shared, provider }, ...asked }) => {
      const wish = { userId: asked.caller.me.id, family: 'kiro' as const, provider };
      const begun = await link.begin({ ...wish, shared: is_shared === 1 });
      return ok({ auth_url: begun.authUrl, state: begun.state, expires_in: begun.expiresIn });
    },
  );

  rest.route(
    {
      ...forAll,
      method: 'GET',
      path: '/api/kiro/oauth/status/:state',
      summary: 'How far a sign-in is; no sign-in is known yet',
      params: z.object({ state: z.string().max(200) }),
      answers: { 404: z.object({ error: z.string(), status: z.literal('expired') }) },
    },
    () => reply(404, { error: 'This sign-in is over. Begin again.', status: 'expired' }),
  );

  rest.route(
    {
      ...forAll,
      method: 'POST',
      path: '/api/kiro/oauth/callback',
      summary: 'What the sign-in came back with: the address, or its code and state',
      body: z.object({ callback_url: z.string().max(8_000).optional(), code: Part, state: Part }),
      answers: { 200: done(z.object({ account_id: z.string() })) },
    },
    async ({ body: { callback_url, ...parts } }) => {
      const back = answered(callback_url ? partsOf(callback_url) : parts);
      const { accountId } = await link.finish({ ...back, userId: null });
      return ok({ account_id: cookieIdOf(accountId) });
    },
  );
}

function addAccounts({ contract: { accounts }, identify, rest }: PluginRoutesDeps): void {
  const key = byKey(identify);
  const person = byPerson(identify);

  rest.route(
    {
      ...person,
      method: 'POST',
      path: '/api/kiro/accounts',
      summary: 'Add an account by its refresh token; not possible yet',
      body: ImportBody,
      answers: { 200: done(Account) },
    },
    () => {
      throw new AppError(
        'bad_request',
        `Accounts by refresh token are not possible here yet. Add one with its API key for the platform "${KIRO}" on the accounts page of the console.`,
      );
    },
  );

  rest.route(
    {
      ...person,
      method: 'GET',
      path: '/api/kiro/accounts',
      summary: 'The caller’s accounts of the second family, newest first',
      answers: { 200: done(z.array(Account)) },
    },
    async (asked) => ok((await accounts.list(whoOf(asked), 'kiro')).map(toAccount)),
  );

  rest.route(
    {
      ...key,
      method: 'GET',
      path: '/api/kiro/accounts/:account_id',
      summary: 'One account of the second family',
      params: AccountId,
      answers: { 200: done(Account) },
    },
    async ({ params, ...asked }) =>
      ok(toAccount(await accounts.find(whoOf(asked), params.account_id, 'kiro'))),
  );

  rest.route(
    {
      ...key,
      method: 'DELETE',
      path: '/api/kiro/accounts/:account_id',
      summary: 'Delete an account of the second family',
      params: AccountId,
      answers: { 200: Done },
    },
    async ({ params, ...asked }) => {
      await accounts.delete(whoOf(asked), params.account_id, 'kiro');
      return okay('The account was deleted.');
    },
  );

  rest.route(
    {
      ...key,
      method: 'PUT',
      path: '/api/kiro/accounts/:account_id/status',
      summary: 'Switch an account of the second family on (1) or off (0)',
      params: AccountId,
      body: StatusBody,
      answers: { 200: done(z.object({ account_id: z.string(), status: Flag })) },
    },
    async ({ body: { status }, params: { account_id }, ...asked }) => {
      const change = { status, kind: 'kiro' as const };
      const changed = await accounts.setStatus(whoOf(asked), account_id, change);
      return ok({ account_id, status }, changed ? undefined : NOT_CHANGED);
    },
  );

  rest.route(
    {
      ...key,
      method: 'PUT',
      path: '/api/kiro/accounts/:account_id/name',
      summary: 'Rename an account of the second family',
      params: AccountId,
      body: z.object({ account_name: AccountNameBody }),
      answers: { 200: done(z.object({ account_id: z.string(), account_name: z.string() })) },
    },
    async ({ body: { account_name }, params: { account_id }, ...asked }) => {
      await accounts.rename(whoOf(asked), account_id, { name: account_name, kind: 'kiro' });
      return ok({ account_id, account_name });
    },
  );
}

function addFigures({ contract, identify, rest }: PluginRoutesDeps): void {
  const { accounts, quotas } = contract;
  const key = byKey(identify);
  const person = byPerson(identify);

  rest.route(
    {
      ...key,
      method: 'GET',
      path: '/api/kiro/accounts/:account_id/balance',
      summary: 'What is left of an account of the second family, as a share of the whole',
      params: AccountId,
      answers: { 200: done(Balance) },
    },
    async ({ params, ...asked }) => {
      const account = await accounts.find(whoOf(asked), params.account_id, 'kiro');
      const { share, until } = accounts.scarcest(account);
      return ok({
        account_id: cookieIdOf(account.id),
        account_name: account.name,
        email: null,
        subscription: null,
        subscription_type: null,
        balance: {
          available: share,
          total_limit: 1,
          current_usage: 1 - share,
          base_available: share,
          bonus_available: 0,
          reset_date: until,
        },
        free_trial: null,
        bonus_details: [],
      });
    },
  );

  rest.route(
    {
      ...person,
      method: 'GET',
      path: '/api/kiro/accounts/:account_id/consumption',
      summary: 'The caller’s requests by an account of the second family, newest first',
      params: AccountId,
      query: SpanQuery.extend({
        limit: z.coerce.number().int().min(1).max(MOST_ROWS).default(100),
        offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
      }),
      answers: { 200: done(Consumption) },
    },
    async ({ params, query, ...asked }) => {
      const who = whoOf(asked);
      const account = await accounts.find(who, params.account_id, 'kiro');
      const { limit, offset } = query;
      const page = { span: spanOf(query), limit, offset };
      const found = await quotas.ofAccount(who, account.id, page);
      return ok({ account_id: cookieIdOf(account.id), account_name: account.name, ...found });
    },
  );

  rest.route(
    {
      ...person,
      method: 'GET',
      path: '/api/kiro/consumption/stats',
      summary: 'Sums of the caller’s requests by accounts of the second family',
      query: SpanQuery,
      answers: { 200: done(Totals) },
    },
    async ({ query, ...asked }) => ok(await quotas.ofPlatform(whoOf(asked), KIRO, spanOf(query))),
  );
}

function toAccount(row: ContractAccount) {
  return {
    account_id: cookieIdOf(row.id),
    user_id: row.ownerId,
    account_name: row.name,
    is_shared: row.shared ? (1 as const) : (0 as const),
    status: accountStatus(row),
    need_refresh: row.state === 'expired',
    email: null,
    subscription: null,
    last_used_at: row.lastUsedAt?.toISOString() ?? null,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}
