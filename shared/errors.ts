import type { QuotaLook } from './schemas/quotas.ts';

/**
 * The closed table of everything that can go wrong on purpose. Every dialect an error is spoken in
 * (tRPC, OpenAI JSON, mid-stream SSE) is read off this table, so the dialects cannot drift apart.
 *
 * `openai` is the pair the official OpenAI clients look at: error type and error code.
 */
export const ERRORS = {
  bad_request: { http: 400, trpc: 'BAD_REQUEST', openai: ['invalid_request_error', null] },
  body_too_large: {
    http: 413,
    trpc: 'PAYLOAD_TOO_LARGE',
    openai: ['invalid_request_error', 'body_too_large'],
  },
  not_signed_in: {
    http: 401,
    trpc: 'UNAUTHORIZED',
    openai: ['authentication_error', 'not_signed_in'],
  },
  key_missing: { http: 401, trpc: 'UNAUTHORIZED', openai: ['authentication_error', 'key_missing'] },
  key_invalid: {
    http: 401,
    trpc: 'UNAUTHORIZED',
    openai: ['authentication_error', 'invalid_api_key'],
  },
  sign_in_failed: {
    http: 401,
    trpc: 'UNAUTHORIZED',
    openai: ['authentication_error', 'sign_in_failed'],
  },
  /** An access or refresh token that is not one of ours. */
  token_invalid: {
    http: 401,
    trpc: 'UNAUTHORIZED',
    openai: ['authentication_error', 'token_invalid'],
  },
  token_expired: {
    http: 401,
    trpc: 'UNAUTHORIZED',
    openai: ['authentication_error', 'token_expired'],
  },
  /** The sign-in that the token comes from has ended. */
  token_revoked: {
    http: 401,
    trpc: 'UNAUTHORIZED',
    openai: ['authentication_error', 'token_revoked'],
  },
  /** The password is right; a code is missing. */
  second_factor_needed: {
    http: 401,
    trpc: 'UNAUTHORIZED',
    openai: ['authentication_error', 'second_factor_needed'],
  },
  forbidden: { http: 403, trpc: 'FORBIDDEN', openai: ['permission_error', 'forbidden'] },
  wrong_origin: { http: 403, trpc: 'FORBIDDEN', openai: ['permission_error', 'wrong_origin'] },
  user_disabled: { http: 403, trpc: 'FORBIDDEN', openai: ['permission_error', 'user_disabled'] },
  /** Registered, and not let in yet. */
  user_pending: { http: 403, trpc: 'FORBIDDEN', openai: ['permission_error', 'user_pending'] },
  /** Nobody may make an account of their own, or not with this address. */
  registration_closed: {
    http: 403,
    trpc: 'FORBIDDEN',
    openai: ['permission_error', 'registration_closed'],
  },
  /** The mail server could not be reached or did not take it. */
  mail_not_sent: { http: 502, trpc: 'BAD_GATEWAY', openai: ['server_error', 'mail_not_sent'] },
  /** May look, may not call models. */
  user_silenced: { http: 403, trpc: 'FORBIDDEN', openai: ['permission_error', 'user_silenced'] },
  /** The session is good, but the person has to prove once more who they are. */
  step_up_needed: { http: 403, trpc: 'FORBIDDEN', openai: ['permission_error', 'step_up_needed'] },
  passkey_refused: {
    http: 403,
    trpc: 'FORBIDDEN',
    openai: ['permission_error', 'passkey_refused'],
  },
  /** What a service sent the browser back with belongs to no sign-in of this browser, or not any more. */
  sso_state_invalid: {
    http: 400,
    trpc: 'BAD_REQUEST',
    openai: ['invalid_request_error', 'sso_state_invalid'],
  },
  /** A service did not confirm the sign-in. */
  sso_exchange_failed: {
    http: 400,
    trpc: 'BAD_REQUEST',
    openai: ['invalid_request_error', 'sso_exchange_failed'],
  },
  /** A service confirmed the sign-in, but did not say who it is. */
  sso_user_info_failed: {
    http: 400,
    trpc: 'BAD_REQUEST',
    openai: ['invalid_request_error', 'sso_user_info_failed'],
  },
  /** The person is known to the service, and may not come in here by it. */
  sso_refused: { http: 403, trpc: 'FORBIDDEN', openai: ['permission_error', 'sso_refused'] },
  /** What another service told does not prove who is at this session. */
  proof_refused: { http: 403, trpc: 'FORBIDDEN', openai: ['permission_error', 'proof_refused'] },
  model_not_allowed: {
    http: 403,
    trpc: 'FORBIDDEN',
    openai: ['permission_error', 'model_not_allowed'],
  },
  /** The key is for other things than what was asked. */
  scope_missing: { http: 403, trpc: 'FORBIDDEN', openai: ['permission_error', 'scope_missing'] },
  address_not_allowed: {
    http: 403,
    trpc: 'FORBIDDEN',
    openai: ['permission_error', 'address_not_allowed'],
  },
  outbound_refused: {
    http: 400,
    trpc: 'BAD_REQUEST',
    openai: ['invalid_request_error', 'outbound_refused'],
  },
  not_found: { http: 404, trpc: 'NOT_FOUND', openai: ['invalid_request_error', 'not_found'] },
  /** As OpenAI's API says it; official clients look at the code and send the conversation anew. */
  previous_response_not_found: {
    http: 400,
    trpc: 'BAD_REQUEST',
    openai: ['invalid_request_error', 'previous_response_not_found'],
  },
  model_not_found: {
    http: 404,
    trpc: 'NOT_FOUND',
    openai: ['invalid_request_error', 'model_not_found'],
  },
  method_not_allowed: {
    http: 405,
    trpc: 'METHOD_NOT_SUPPORTED',
    openai: ['invalid_request_error', 'method_not_allowed'],
  },
  unsupported_media_type: {
    http: 415,
    trpc: 'UNSUPPORTED_MEDIA_TYPE',
    openai: ['invalid_request_error', 'unsupported_media_type'],
  },
  conflict: { http: 409, trpc: 'CONFLICT', openai: ['invalid_request_error', 'conflict'] },
  /** The request leans on something that only one account at a platform has. */
  bound_elsewhere: {
    http: 409,
    trpc: 'CONFLICT',
    openai: ['invalid_request_error', 'bound_elsewhere'],
  },
  setup_done: { http: 409, trpc: 'CONFLICT', openai: ['invalid_request_error', 'setup_done'] },
  too_many_tries: {
    http: 429,
    trpc: 'TOO_MANY_REQUESTS',
    openai: ['rate_limit_error', 'too_many_tries'],
  },
  rate_limited: {
    http: 429,
    trpc: 'TOO_MANY_REQUESTS',
    openai: ['rate_limit_error', 'rate_limit_exceeded'],
  },
  quota_exhausted: {
    http: 429,
    trpc: 'TOO_MANY_REQUESTS',
    openai: ['rate_limit_error', 'insufficient_quota'],
  },
  no_account: { http: 503, trpc: 'SERVICE_UNAVAILABLE', openai: ['server_error', 'no_account'] },
  /** No platform behind the model offers what was asked for. */
  not_offered: {
    http: 400,
    trpc: 'BAD_REQUEST',
    openai: ['invalid_request_error', 'not_offered'],
  },
  upstream_refused: {
    http: 400,
    trpc: 'BAD_REQUEST',
    openai: ['invalid_request_error', 'upstream_refused'],
  },
  upstream_rate_limited: {
    http: 429,
    trpc: 'TOO_MANY_REQUESTS',
    openai: ['rate_limit_error', 'upstream_rate_limited'],
  },
  /** A platform gave no new access token for a refresh token. */
  refresh_failed: { http: 502, trpc: 'BAD_GATEWAY', openai: ['server_error', 'refresh_failed'] },
  upstream_failed: { http: 502, trpc: 'BAD_GATEWAY', openai: ['server_error', 'upstream_failed'] },
  upstream_timeout: {
    http: 504,
    trpc: 'GATEWAY_TIMEOUT',
    openai: ['server_error', 'upstream_timeout'],
  },
  /** The proxy that an account is called through did not serve; nothing was sent without it. */
  proxy_failed: { http: 502, trpc: 'BAD_GATEWAY', openai: ['server_error', 'proxy_failed'] },
  client_closed: {
    http: 499,
    trpc: 'CLIENT_CLOSED_REQUEST',
    openai: ['invalid_request_error', 'client_closed'],
  },
  /** An admin ended what the person had running, or the person themselves. */
  ended_by_admin: { http: 403, trpc: 'FORBIDDEN', openai: ['permission_error', 'ended_by_admin'] },
  ended_by_owner: { http: 403, trpc: 'FORBIDDEN', openai: ['permission_error', 'ended_by_owner'] },
  shutting_down: {
    http: 503,
    trpc: 'SERVICE_UNAVAILABLE',
    openai: ['server_error', 'shutting_down'],
  },
  storage_unavailable: {
    http: 503,
    trpc: 'SERVICE_UNAVAILABLE',
    openai: ['server_error', 'storage_unavailable'],
  },
  internal: { http: 500, trpc: 'INTERNAL_SERVER_ERROR', openai: ['server_error', 'internal'] },
} as const satisfies Record<string, ErrorRow>;

type ErrorRow = {
  http: number;
  trpc: string;
  openai: readonly [type: string, code: string | null];
};

export type ErrorCode = keyof typeof ERRORS;

export type ErrorDetails = {
  /** The input field or parameter at fault, e.g. `messages[0].content`. */
  param?: string;
  /** Whole milliseconds until the same request may succeed. */
  retryAfterMs?: number;
  /** Every limit that was looked at, the one that refused marked; for the owner's eyes, not for dialects. */
  limits?: readonly QuotaLook[];
  cause?: unknown;
};

/**
 * The only error thrown on purpose. `message` is written for the person who reads it and says what
 * to do next; it must never carry a secret, because every dialect shows it.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly param: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly limits: readonly QuotaLook[] | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.param = details.param;
    this.retryAfterMs = details.retryAfterMs;
    this.limits = details.limits;
  }
}

const INTERNAL_TEXT = 'Something went wrong on our side. Try again; the request id finds the log.';

/** Turns anything thrown into an AppError. What was not thrown on purpose keeps its text in `cause` only. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  return new AppError('internal', INTERNAL_TEXT, { cause: thrown });
}
