import { z } from 'zod';
import { cookieIdOf, KIRO, type LinkState } from '../../features/plugin-contract/index.ts';
import { reply } from '../route-spec.ts';
import { AccountNameBody, NOT_CHANGED } from './accounts.ts';
import {
  Account,
  AccountId,
  Balance,
  Consumption,
  ImportBody,
  MOST_ROWS,
  Totals,
  toAccount,
} from './kiro-shapes.ts';
import { answered, Begun, CallbackPart, partsOf } from './oauth.ts';
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
      summary: 'How far a sign-in is',
      params: z.object({ state: z.string().max(200) }),
      answers: {
        200: SignInState,
        404: z.object({ error: z.string(), status: z.literal('expired') }),
      },
    },
    async ({ params }) => {
      const found = await link.status(params.state);
      if (!found) {
        return reply(404, { error: 'This sign-in is over. Begin again.', status: 'expired' });
      }
      return signInState(found);
    },
  );

  rest.route(
    {
      ...forAll,
      method: 'POST',
      path: '/api/kiro/oauth/callback',
      summary: 'What the sign-in came back with: the address, or its code and state',
      body: z.object({
        callback_url: z.string().max(8_000).optional(),
        code: CallbackPart,
        state: CallbackPart,
      }),
      answers: { 200: done(z.object({ account_id: z.string() })) },
    },
    async ({ body: { callback_url, ...parts } }) => {
      const back = answered(callback_url ? partsOf(callback_url) : parts);
      const { accountId } = await link.finish({ ...back, userId: null });
      return ok({ account_id: cookieIdOf(accountId) });
    },
  );
}

const SignInState = z.object({
  success: z.literal(true),
  status: z.enum(['pending', 'completed', 'error']),
  data: z.object({ account_id: z.string() }).optional(),
  message: z.string(),
});

function signInState(found: LinkState): z.infer<typeof SignInState> {
  if (found.state === 'waiting') {
    return { success: true, status: 'pending', message: 'Nobody came back yet.' };
  }
  if (found.state === 'failed') return { success: true, status: 'error', message: found.text };
  const data = { account_id: cookieIdOf(found.accountId) };
  return { success: true, status: 'completed', data, message: 'The account is linked.' };
}

function addAccounts({ contract: { accounts, link }, identify, rest }: PluginRoutesDeps): void {
  const key = byKey(identify);
  const person = byPerson(identify);

  rest.route(
    {
      ...person,
      method: 'POST',
      path: '/api/kiro/accounts',
      summary: 'Add an account by its refresh token, which is proven by one refresh',
      body: ImportBody,
      answers: { 200: done(Account) },
    },
    async ({ body, ...asked }) => {
      const { accountId } = await link.byToken({
        ...{ userId: asked.caller.me.id, family: 'kiro', shared: body.is_shared === 1 },
        ...{ refreshToken: body.refresh_token, name: body.account_name ?? '' },
        clientId: body.auth_method === 'IdC' ? body.client_id : null,
      });
      return ok(toAccount(await accounts.find(whoOf(asked), cookieIdOf(accountId), 'kiro')));
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
