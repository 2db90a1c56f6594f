import { z } from 'zod';
import { askerOf } from './identify.ts';
import { Account, AccountId, Done, done, Fields, Flag, Ids, line, ok, okay } from './shapes.ts';
import { type AdminRoutesDeps, byKeeper } from './spec.ts';

const MOST_ROWS = 1_000;
/** Ten thousand tokens of more than a thousand characters each. */
const MOST_BYTES = 16_777_216;

const Page = z.object({
  page: z
    .int()
    .min(1)
    .max(1_000_000)
    .nullish()
    .transform((page) => page ?? 1),
  page_size: z
    .int()
    .min(1)
    .nullish()
    .transform((size) => Math.min(size ?? 10, MOST_ROWS)),
  biz_id: line(255),
  tag: line(255),
  email: line(255),
  type: line(255),
  enabled: Flag,
  create_date: z
    .union([z.literal(''), z.iso.date('must be a day like 2026-01-31')])
    .nullish()
    .transform((day) => day || undefined),
});

const Token = z.string().trim().min(1, 'must not be empty').max(16_384);
const ById = z.object({ id: AccountId });
const Counts = z.object({ success_count: z.int(), fail_count: z.int(), error: z.string() });
const Refreshed = z.object({
  total_count: z.int(),
  success_count: z.int(),
  fail_count: z.int(),
  results: z.array(z.object({ rt_name: z.string(), success: z.boolean(), message: z.string() })),
});

/** /internalweb/v1/rts/*: contract 003, 3.3. */
export function addRefreshTokenRoutes(deps: AdminRoutesDeps): void {
  const { identify, rest, showsTokens, vaultContract } = deps;
  const { accounts } = vaultContract;
  const keeper = byKeeper(identify);
  const path = (name: string) => `/internalweb/v1/rts/${name}`;

  rest.route(
    {
      ...keeper,
      path: path('list'),
      summary: 'Refresh tokens that fit, the newest first',
      body: Page,
      answers: {
        200: done(
          z.object({
            items: z.array(Account),
            total: z.int(),
            page: z.int(),
            page_size: z.int(),
          }),
        ),
      },
    },
    async ({ body, ...asked }) => {
      const { biz_id: bizId, create_date: created, page, page_size: size, type, ...rest } = body;
      const { email, enabled, tag } = rest;
      const filter = { bizId, created, email, enabled, plan: type, tag };
      const asker = askerOf(asked, showsTokens);
      const found = await accounts.list(asker, filter, { page, size });
      return ok({ ...found, page, page_size: size });
    },
  );

  rest.route(
    {
      ...keeper,
      path: path('create'),
      summary: 'Add a refresh token',
      body: z.object({ ...Fields, rt_token: Token }),
      answers: { 200: done(Account) },
    },
    async ({ body: { rt_token: token, ...fields }, ...asked }) =>
      ok(await accounts.create(askerOf(asked, showsTokens), token, fields)),
  );

  rest.route(
    {
      ...keeper,
      path: path('update'),
      summary: 'Change what is kept beside a refresh token',
      body: ById.extend({ updates: z.object(Fields) }),
      answers: { 200: done(Account) },
    },
    async ({ body: { id, updates }, ...asked }) =>
      ok(await accounts.update(askerOf(asked, showsTokens), id, updates)),
  );

  rest.route(
    {
      ...keeper,
      path: path('delete'),
      summary: 'Delete a refresh token for good',
      body: ById,
      answers: { 200: Done },
    },
    async ({ body: { id }, ...asked }) => {
      await accounts.delete(askerOf(asked, showsTokens), [id]);
      return okay('It is deleted.');
    },
  );

  rest.route(
    {
      ...keeper,
      path: path('batch-delete'),
      summary: 'Delete many for good',
      body: z.object({ ids: Ids }),
      answers: { 200: done(Counts) },
    },
    async ({ body, ...asked }) => {
      const ids = new Set(body.ids);
      const count = await accounts.delete(askerOf(asked, showsTokens), [...ids]);
      const gone = ids.size - count;
      const error = gone === 0 ? '' : `${gone} of them were not there.`;
      return ok({ success_count: count, fail_count: gone, error });
    },
  );

  rest.route(
    {
      ...keeper,
      path: path('refresh'),
      summary: 'Refresh one now',
      body: ById.extend({ refresh_user_info: Flag, refresh_account_info: Flag }),
      answers: { 200: done(Account) },
    },
    async ({ body, ...asked }) => {
      const also = {
        user: body.refresh_user_info ?? false,
        account: body.refresh_account_info ?? false,
      };
      return ok(await accounts.refresh(askerOf(asked, showsTokens), body.id, also));
    },
  );

  rest.route(
    {
      ...keeper,
      path: path('batch-refresh'),
      summary: 'Refresh many now; answered when all are done',
      body: z.object({ ids: Ids }),
      answers: { 200: done(Refreshed) },
    },
    async ({ body: { ids }, ...asked }) => {
      const asker = askerOf(asked, showsTokens);
      const results = await accounts.refreshAll(asker, ids, asked.signal);
      const success = results.filter(({ success: is }) => is).length;
      const total = results.length;
      const counts = { total_count: total, success_count: success, fail_count: total - success };
      return ok({ ...counts, results });
    },
  );

  rest.route(
    {
      ...keeper,
      path: path('batch-import'),
      summary: 'Add many; those that are known are passed over',
      mostBytes: MOST_BYTES,
      body: z.object({
        ...{ batch_name: z.unknown().optional(), tag: Fields.tag, proxy: Fields.proxy },
        client_id: Fields.client_id,
        rt_tokens: z.array(z.string().max(16_384)).max(10_000, 'must have at most 10,000 tokens'),
      }),
      answers: {
        200: done(z.object({ total_count: z.int(), success_count: z.int(), fail_count: z.int() })),
      },
    },
    async ({ body: { rt_tokens: tokens, ...fields }, ...asked }) =>
      ok(await accounts.import(askerOf(asked, showsTokens), tokens, fields)),
  );

  for (const which of ['user', 'account'] as const) {
    rest.route(
      {
        ...keeper,
        path: path(`refresh-${which}-info`),
        summary: `Read anew what the platform tells of the ${which}`,
        body: ById,
        answers: { 200: done(Account) },
      },
      async ({ body: { id }, ...asked }) =>
        ok(await accounts.refreshInfo(askerOf(asked, showsTokens), id, which)),
    );
  }
}
