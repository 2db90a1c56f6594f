import { z } from 'zod';

/** The RT object. */
export const Account = z
  .object({
    id: z.int(),
    biz_id: z.string(),
    user_name: z.string(),
    email: z.string(),
    type: z.string(),
    rt: z.string(),
    at: z.string(),
    proxy: z.string(),
    client_id: z.string(),
    tag: z.string(),
    enabled: z.boolean(),
    last_rt: z.string(),
    refresh_result: z.string(),
    user_info: z.string(),
    account_info: z.string(),
    last_refresh_time: z.string().nullable(),
    memo: z.string(),
    create_time: z.string(),
    update_time: z.string(),
  })
  .meta({ id: 'VaultAdminAccount' });

/** The envelope of what went well, around `data`. */
export function done<Data extends z.ZodType>(data: Data) {
  return z.object({ success: z.literal(true), msg: z.string(), data });
}

export const Done = z.object({ success: z.literal(true), msg: z.string() });

export function ok<Data>(data: Data, msg = 'ok') {
  return { success: true as const, msg, data };
}

export const okay = (msg = 'ok') => ({ success: true as const, msg });

/** Ids past what a database column holds are nobody's. */
export const AccountId = z.int().min(0).max(2_147_483_647);
export const Ids = z.array(AccountId).max(10_000, 'must have at most 10,000 ids');

/** One line of text; null counts as left out. */
export function line(most: number) {
  return z
    .string()
    .max(most, `must have at most ${most} characters`)
    .regex(/^[^\r\n]*$/, 'must be one line')
    .trim()
    .nullish()
    .transform((text) => text ?? undefined);
}

export const Flag = z
  .boolean()
  .nullish()
  .transform((is) => is ?? undefined);

/** What may be said of an account; "" takes away what is there. */
export const Fields = {
  biz_id: line(255),
  proxy: line(1_000),
  client_id: line(255),
  tag: line(1_000),
  enabled: Flag,
  memo: z
    .string()
    .max(10_000)
    .nullish()
    .transform((text) => text ?? undefined),
};

/** Routes that ask for nothing take an empty object, or no body at all. */
export const Nothing = z.object({}).nullish();
