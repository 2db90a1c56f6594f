import { z } from 'zod';
import { ERRORS, type ErrorCode } from '#shared/errors.ts';
import type { Dialect, Failure } from '../../dialects.ts';

/** What is told with another status here: there is no 404 and no 409 for things, only 400. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  not_found: 400,
  conflict: 400,
  user_disabled: 401,
  user_pending: 401,
  refresh_failed: 500,
  upstream_failed: 500,
  upstream_timeout: 500,
  upstream_refused: 500,
  upstream_rate_limited: 500,
  proxy_failed: 500,
};

function statusOf({ error, issues }: Failure): number {
  return issues === null ? (STATUS[error.code] ?? ERRORS[error.code].http) : 400;
}

const challenge = (status: number) =>
  status === 401 ? { headers: { 'www-authenticate': 'Bearer' } } : {};

/** Contract 003, 3.3: `{ success, msg }`. */
export const adminApiErrors: Dialect = {
  schema: z.object({ success: z.literal(false), msg: z.string() }).meta({ id: 'VaultAdminError' }),
  invalid: 400,
  tell(failure) {
    const status = statusOf(failure);
    return { status, body: { success: false, msg: failure.error.message }, ...challenge(status) };
  },
};

/** Contract 003, 3.2: a sign-in tells `{ error }`. */
export const adminSignInErrors: Dialect = {
  schema: z.object({ error: z.string() }).meta({ id: 'VaultAdminSignInError' }),
  invalid: 400,
  tell(failure) {
    const status = statusOf(failure);
    return { status, body: { error: failure.error.message }, ...challenge(status) };
  },
};

/** For addresses that are none: a plain 404. */
export const adminNotFound: Dialect = {
  ...adminApiErrors,
  tell: ({ error }) => ({
    status: ERRORS[error.code].http,
    body: { success: false, msg: error.message },
  }),
};
