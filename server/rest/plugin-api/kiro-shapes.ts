import { z } from 'zod';
import {
  accountStatus,
  type ContractAccount,
  cookieIdOf,
} from '../../features/plugin-contract/index.ts';
import { Flag } from './spec.ts';

export const MOST_ROWS = 1_000;
export const AccountId = z.object({ account_id: z.string().max(100) });

export const Account = z.object({
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

export const Balance = z.object({
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

export const Consumption = z.object({
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

export const Totals = z.object({
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
export const ImportBody = z.discriminatedUnion('auth_method', [
  z.object({ ...Imported, auth_method: z.literal('Social') }),
  z.object({
    ...Imported,
    auth_method: z.literal('IdC'),
    client_id: Secret,
    client_secret: Secret,
  }),
]);

/** An account as that family's routes tell it. */
export function toAccount(row: ContractAccount) {
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
