import { z } from 'zod';
import type { TraceRecord } from '../../gateway/ports.ts';

/** Of a list in a trace no more is kept. */
const MOST_ENTRIES = 200;
const LONGEST_TEXT = 2_000;

const Ms = z.number();
const list = <Entry extends z.ZodType>(entry: Entry) => z.array(entry).catch([]);

const Limit = z.object({
  subject: z.string(),
  id: z.string(),
  metric: z.string(),
  limit: z.number(),
  used: z.number(),
  held: z.number(),
  asked: z.number(),
  resetsAt: Ms.nullable(),
  decided: z.boolean(),
  trustLevel: z.number().optional().catch(undefined),
});

const Candidate = z.object({
  accountId: z.string(),
  platformId: z.string(),
  upstreamModel: z.string(),
  own: z.boolean(),
});

const Skipped = z.object({
  accountId: z.string(),
  platformId: z.string(),
  reason: z.string(),
  until: Ms.nullable(),
});

const Attempt = z.object({
  accountId: z.string(),
  platformId: z.string(),
  upstreamModel: z.string(),
  startedAt: Ms,
  ms: z.number(),
  outcome: z.string(),
  message: z.string().nullable(),
});

/**
 * What the table's JSON holds. Lenient: a part that another version wrote otherwise is empty, and the
 * rest is shown all the same.
 */
export const StoredTrace = z.object({
  keyId: z.string().nullable(),
  door: z.string(),
  asked: z
    .object({ operation: z.string(), model: z.string(), stream: z.boolean() })
    .nullable()
    .catch(null),
  error: z
    .object({
      code: z.string(),
      message: z.string(),
      param: z.string().nullable(),
      retryAt: Ms.nullable(),
    })
    .nullable()
    .catch(null),
  trace: z.object({
    limits: list(Limit),
    candidates: list(Candidate),
    skipped: list(Skipped),
    affinity: z.enum(['none', 'kept', 'moved']).catch('none'),
    waited: z.object({ ms: z.number(), ahead: z.number() }).nullable().catch(null),
    attempts: list(Attempt),
    dropped: list(z.string()),
  }),
});
export type StoredTrace = z.infer<typeof StoredTrace>;

/** A trace that is no longer as a whole is kept as it is. */
const SHORT_TRACE = 8_000;

/** A record as JSON that PostgreSQL takes: bounded, and without what its text cannot hold. */
export function traceJson({ keyId, door, asked, error, trace }: TraceRecord): string {
  const record = { keyId, door, asked, error, trace };
  const json = JSON.stringify(record);
  // NOTE: nearly all are short and hold nothing that needs an escape like \u0000; the others take ten times as long.
  return json.length <= SHORT_TRACE && !json.includes('\\u') ? json : boundedJson(record);
}

function boundedJson(record: object): string {
  return JSON.stringify(record, (_key, value: unknown) => {
    if (typeof value === 'string') {
      return value.slice(0, LONGEST_TEXT).replaceAll('\0', '').toWellFormed();
    }
    return Array.isArray(value) ? value.slice(0, MOST_ENTRIES) : value;
  });
}
