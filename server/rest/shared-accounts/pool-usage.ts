import { z } from 'zod';
import {
  accountStatus,
  cookieIdOf,
  type PluginContract,
} from '../../features/plugin-contract/index.ts';
import { sharedAccountsErrors } from '../dialects.ts';
import type { Rest } from '../rest.ts';
import type { SpanReader } from './span.ts';

/** Most accounts that are told with their quotas. */
const MOST_ACCOUNTS = 500;

const UserQuota = z.object({
  pool_id: z.string(),
  user_id: z.string(),
  model_name: z.string(),
  quota: z.string(),
  max_quota: z.string(),
  last_recovered_at: z.string(),
  last_updated_at: z.string(),
});
const PoolQuota = z.object({
  model_name: z.string(),
  total_quota: z.string(),
  earliest_reset_time: z.string().nullable(),
  available_cookies: z.int(),
  status: z.int(),
  last_fetched_at: z.string(),
});
const Consumed = z.object({
  total_requests: z.number(),
  total_quota_consumed: z.number(),
  shared_quota_consumed: z.number(),
  private_quota_consumed: z.number(),
});
const Consumption = z.object({
  log_id: z.string(),
  user_id: z.string(),
  cookie_id: z.string(),
  model_name: z.string(),
  quota_before: z.string(),
  quota_after: z.string(),
  quota_consumed: z.string(),
  is_shared: z.int(),
  consumed_at: z.string(),
});
const AccountQuota = z.object({
  quota_id: z.string(),
  cookie_id: z.string(),
  model_name: z.string(),
  reset_time: z.string().nullable(),
  quota: z.string(),
  status: z.int(),
  last_fetched_at: z.string(),
  created_at: z.string(),
});
const Account = z.object({
  cookie_id: z.string(),
  user_id: z.string(),
  name: z.string(),
  platform: z.string(),
  is_shared: z.int(),
  status: z.int(),
  created_at: z.string(),
  last_used_at: z.string().nullable(),
  quotas: z.array(AccountQuota),
});
const Counted = z.object({ total: z.int(), active: z.int(), inactive: z.int() });
const PoolStats = z.object({
  accounts: z.object({ total_shared: z.int(), active_shared: z.int(), inactive_shared: z.int() }),
  quotas_by_model: z.record(
    z.string(),
    PoolQuota.omit({ model_name: true, last_fetched_at: true }),
  ),
  user_consumption: Consumed,
  note: z.string(),
});
const inData = <S extends z.ZodType>(data: S) => z.object({ success: z.literal(true), data });
const success = true as const;

type Deps = { contract: Pick<PluginContract, 'accounts' | 'quotas'>; span: SpanReader };

/** What of /api/usage is about accounts, credit and the pool. */
export function addPoolUsage(rest: Rest, { contract, span }: Deps): void {
  const { accounts, quotas } = contract;
  const common = {
    method: 'GET',
    tag: 'Usage',
    auth: 'token',
    errors: sharedAccountsErrors,
  } as const;

  rest.route(
    {
      ...common,
      path: '/api/usage/quotas',
      summary: 'One’s pool credit, and what the pool has',
      answers: {
        200: inData(
          z.object({
            user_quota: z.array(UserQuota),
            shared_pool_quota: z.object({ quotas: z.array(PoolQuota), user_consumption: Consumed }),
          }),
        ),
      },
    },
    async (asked) => {
      const [mine, pool] = await Promise.all([quotas.mine(asked), quotas.sharedPool(asked)]);
      return { success, data: { user_quota: mine, shared_pool_quota: pool } };
    },
  );

  rest.route(
    {
      ...common,
      path: '/api/usage/consumption',
      summary: 'What one’s requests took of accounts, newest first',
      query: z
        .object({ limit: z.coerce.number().int().min(1).max(1_000).default(50) })
        .and(span.query),
      answers: { 200: inData(z.array(Consumption)) },
    },
    async ({ query, ...asked }) => ({
      success,
      data: await quotas.consumption(asked, span.read(query), query.limit),
    }),
  );

  rest.route(
    {
      ...common,
      path: '/api/usage/accounts',
      summary: 'One’s accounts, each with what is left of its models',
      answers: { 200: inData(z.array(Account)) },
    },
    async (asked) => {
      const rows = (await accounts.list(asked, 'others')).slice(0, MOST_ACCOUNTS);
      const data = await Promise.all(
        rows.map(async (row) => ({
          cookie_id: cookieIdOf(row.id),
          user_id: row.ownerId,
          name: row.name,
          platform: row.platformId,
          is_shared: row.shared ? 1 : 0,
          status: accountStatus(row),
          created_at: row.createdAt.toISOString(),
          last_used_at: row.lastUsedAt?.toISOString() ?? null,
          quotas: await accounts.quotas(asked, row.id),
        })),
      );
      return { success, data };
    },
  );

  rest.route(
    {
      ...common,
      path: '/api/usage/summary',
      summary: 'One’s accounts and credit, and the pool, in short',
      answers: {
        200: inData(
          z.object({
            accounts: Counted,
            user_quotas: z.record(
              z.string(),
              UserQuota.pick({ max_quota: true, last_recovered_at: true }).extend({
                current_quota: z.string(),
              }),
            ),
            shared_pool: z.array(PoolQuota),
          }),
        ),
      },
    },
    async (asked) => {
      const [own, mine, pool] = await Promise.all([
        accounts.list(asked, 'others'),
        quotas.mine(asked),
        quotas.sharedPool(asked),
      ]);
      const active = own.filter((row) => accountStatus(row) === 1).length;
      const credit = mine.map(({ last_recovered_at, max_quota, model_name, quota }) => [
        model_name,
        { current_quota: quota, max_quota, last_recovered_at },
      ]);
      return {
        success,
        data: {
          accounts: { total: own.length, active, inactive: own.length - active },
          user_quotas: Object.fromEntries(credit),
          shared_pool: pool.quotas,
        },
      };
    },
  );

  rest.route(
    {
      ...common,
      path: '/api/usage/shared-pool/stats',
      summary: 'What the pool has by model, and what one lends to it',
      answers: { 200: inData(PoolStats) },
    },
    async (asked) => {
      const [own, pool] = await Promise.all([
        accounts.list(asked, 'others'),
        quotas.sharedPool(asked),
      ]);
      const lent = own.filter(({ shared }) => shared);
      const active = lent.filter((row) => accountStatus(row) === 1).length;
      const models = pool.quotas.map(({ last_fetched_at: _at, model_name, ...row }) => [
        model_name,
        row,
      ]);
      return {
        success,
        data: {
          accounts: {
            total_shared: lent.length,
            active_shared: active,
            inactive_shared: lent.length - active,
          },
          quotas_by_model: Object.fromEntries(models),
          user_consumption: pool.user_consumption,
          note: 'accounts counts those that you lend; quotas_by_model is the whole pool.',
        },
      };
    },
  );
}
