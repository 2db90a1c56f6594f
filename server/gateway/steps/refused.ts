import { AppError, ERRORS, toAppError } from '#shared/errors.ts';
import type { Progress } from '../exchange.ts';
import type { Principal, QuotaGate } from '../ports.ts';

/** What is told, recorded and kept of an error; a client's own words in it may be millions. */
const LONGEST_MESSAGE = 2_000;
const LONGEST_PARAM = 200;
const MINUTE_MS = 60_000;
/** Records a minute of one key's requests that were refused before anything was reserved for them. */
const MOST_RECORDS = 600;

/** The error with no more of the request in it than a person reads. */
export function shortened(error: AppError): AppError {
  const { cause, code, limits, message, param, retryAfterMs } = error;
  if (message.length <= LONGEST_MESSAGE && (param?.length ?? 0) <= LONGEST_PARAM) return error;
  return new AppError(code, message.slice(0, LONGEST_MESSAGE), {
    ...(param !== undefined && { param: param.slice(0, LONGEST_PARAM) }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(limits && { limits }),
    cause,
  });
}

/**
 * A request that is at fault before any limit was looked at, such as a body that is no JSON, counts
 * as a request all the same. Returns the error to tell: the limit's, once that is reached.
 */
export async function countRefused(
  { quotas }: { quotas: QuotaGate },
  { facts, hold, id, principal }: Progress,
  error: AppError,
): Promise<AppError> {
  if (!principal || hold || error.limits || ERRORS[error.code].http >= 499) return error;
  const rules = principal.rules.filter(({ metric }) => metric === 'requests-per-minute');
  if (rules.length === 0) return error;
  const none = { tokens: 0, cost: 0 };
  try {
    quotas.settle(await quotas.hold({ requestId: id, rules, ...none }), none);
    return error;
  } catch (thrown) {
    const refusal = toAppError(thrown);
    if (!refusal.limits) return error;
    facts.trace.limits.push(...refusal.limits);
    return refusal;
  }
}

/**
 * Whether such a request gets a record of its own: past a bound a minute it does not, for a key must
 * not fill the ledger with requests that cost it nothing. Counted by key in this process; `now` in ms.
 */
export function createRefusedRecords(now: () => number) {
  const counts = new Map<string, number>();
  let minute = 0;
  return ({ keyId, userId }: Principal): boolean => {
    const present = Math.floor(now() / MINUTE_MS);
    if (present !== minute) counts.clear();
    minute = present;
    const name = keyId ?? userId;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count <= MOST_RECORDS;
  };
}
