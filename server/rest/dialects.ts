import { z } from 'zod';
import { type AppError, ERRORS, type ErrorCode } from '#shared/errors.ts';

/** One thing wrong with the input: where, outermost first, and what. */
export type InputIssue = { loc: readonly (string | number)[]; message: string };

/** What went wrong, before it is told in any dialect. */
export type Failure = {
  error: AppError;
  /** Set when the input is not what the route asks for. */
  issues: readonly InputIssue[] | null;
  requestId: string;
};

/** How a contract tells its clients that something went wrong. */
export type Dialect = {
  tell(failure: Failure): {
    status: number;
    body: unknown;
    headers?: Readonly<Record<string, string>>;
  };
  /** What the bodies look like, for the API's description. */
  schema: z.ZodType;
  /** The status of input that is not what the route asks for. */
  invalid: number;
};

/** The older system's names for our errors; the rest go by their own, in capitals. */
const SHARED_ACCOUNTS_CODES: Partial<Record<ErrorCode, string>> = {
  sign_in_failed: 'INVALID_CREDENTIALS',
  not_signed_in: 'AUTHENTICATION_FAILED',
  key_missing: 'AUTHENTICATION_FAILED',
  key_invalid: 'INVALID_TOKEN',
  forbidden: 'PERMISSION_DENIED',
  user_disabled: 'ACCOUNT_DISABLED',
  user_pending: 'ACCOUNT_DISABLED',
  user_silenced: 'ACCOUNT_SILENCED',
  token_invalid: 'INVALID_TOKEN',
  token_expired: 'TOKEN_EXPIRED',
  token_revoked: 'TOKEN_BLACKLISTED',
  sso_state_invalid: 'INVALID_OAUTH_STATE',
  sso_exchange_failed: 'OAUTH_TOKEN_EXCHANGE_FAILED',
  sso_user_info_failed: 'OAUTH_USER_INFO_FAILED',
  sso_refused: 'OAUTH_ERROR',
  storage_unavailable: 'DATABASE_CONNECTION_ERROR',
  internal: 'INTERNAL_SERVER_ERROR',
};

/** OAUTH_ERROR is a 400 there, whoever was refused. */
const SHARED_ACCOUNTS_STATUS: Partial<Record<ErrorCode, number>> = { sso_refused: 400 };

const SharedAccountsError = z
  .object({
    detail: z.string(),
    error_code: z.string(),
    message: z.string(),
    details: z
      .array(z.object({ loc: z.array(z.union([z.string(), z.number()])), msg: z.string() }))
      .optional(),
    request_id: z.string(),
  })
  .meta({ id: 'Error' });

/**
 * Contract 000, section 3: `detail` for what a route says and `error_code` with `message` for the
 * rest. Both are always there, so that it does not matter which of them a client reads.
 */
export const sharedAccountsErrors: Dialect = {
  schema: SharedAccountsError,
  invalid: 422,
  tell({ error, issues, requestId }) {
    const invalid = issues !== null;
    const own = SHARED_ACCOUNTS_STATUS[error.code] ?? ERRORS[error.code].http;
    const status = invalid ? 422 : own;
    const code = SHARED_ACCOUNTS_CODES[error.code] ?? error.code.toUpperCase();
    return {
      status,
      body: {
        detail: error.message,
        error_code: invalid ? 'VALIDATION_ERROR' : code,
        message: error.message,
        ...(invalid && { details: issues.map(({ loc, message }) => ({ loc, msg: message })) }),
        request_id: requestId,
      },
      ...(status === 401 && { headers: { 'www-authenticate': 'Bearer' } }),
    };
  },
};

/** The Plug-in API's: `{ error }`, with 400 for any input that is not as it should be. */
export const pluginApiErrors: Dialect = {
  schema: z.object({ error: z.string() }).meta({ id: 'PluginApiError' }),
  invalid: 400,
  tell({ error, issues }) {
    const status = issues === null ? ERRORS[error.code].http : 400;
    return {
      status,
      body: { error: error.message },
      ...(status === 401 && { headers: { 'www-authenticate': 'Bearer' } }),
    };
  },
};
