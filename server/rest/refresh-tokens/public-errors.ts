import { z } from 'zod';
import { ERRORS, type ErrorCode } from '#shared/errors.ts';
import type { Dialect } from '../dialects.ts';

/** What says that the platform, or the way to it, gave no new token. */
const REFRESH_FAILED: ReadonlySet<ErrorCode> = new Set([
  'refresh_failed',
  'proxy_failed',
  'upstream_failed',
  'upstream_timeout',
  'upstream_refused',
  'upstream_rate_limited',
]);

/**
 * Contract 003, 3.1: `{ success, msg }` with the status it is meant by; what came of a refresh that
 * failed is told besides, without any token in it.
 */
export const publicApiErrors: Dialect = {
  schema: z
    .object({
      success: z.literal(false),
      msg: z.string(),
      data: z.object({ refresh_result: z.string() }).optional(),
    })
    .meta({ id: 'PublicApiError' }),
  invalid: 400,
  tell({ error, issues }) {
    if (issues !== null) return { status: 400, body: { success: false, msg: error.message } };
    const { code, message } = error;
    if (!REFRESH_FAILED.has(code)) {
      return { status: ERRORS[code].http, body: { success: false, msg: message } };
    }
    const msg = 'The token could not be refreshed.';
    return { status: 500, body: { success: false, msg, data: { refresh_result: message } } };
  },
};
