import { AppError, type ErrorCode } from '#shared/errors.ts';

/** The header of an error answer that leads to the page which explains it. */
export const WHY_HEADER = 'x-gatehouse-why';

export type WhyDeps = {
  /** The page that explains a request; null while nobody could open it from outside. */
  whyUrl: (requestId: string) => string | null;
};

/** Their cause is the state of the pool or of a limit, which no message tells in full. */
const EXPLAINED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'rate_limited',
  'quota_exhausted',
  'no_account',
  'bound_elsewhere',
  'upstream_rate_limited',
]);

/** The same error with the page named behind its message, where that page tells more. */
export function withLink(error: AppError, link: string): AppError {
  if (!EXPLAINED.has(error.code)) return error;
  const { param, retryAfterMs, cause } = error;
  return new AppError(error.code, `${error.message} Details: ${link}`, {
    ...(param !== undefined && { param }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    cause,
  });
}
