import { isAscii, isUtf8 } from 'node:buffer';
import type { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import { type LongStrings, type Member, type Span, scanJson } from './json-members.ts';
import { once } from './once.ts';

/** A JSON body: as it came, and as it reads. `members` is null where bytes cannot be spliced. */
export type JsonBody = { bytes: Buffer; json: unknown; members: Member[] | null };

/** Members to put into a body in place of what is there; undefined takes one out. */
export type Changes = ReadonlyMap<string, unknown>;

/** A body whose `json` may lack the middle of very long strings. */
export type OutlinedBody = JsonBody & {
  /** As it reads in full; `json` itself where nothing is lacking. Throws AppError bad_request. */
  whole(): unknown;
  /** How many characters, at most, this text of `json` lacks; 0 for most. */
  lacking(text: string): number;
};

/** Far more than anyone means; less than the stack takes, for a body that is written anew takes a stack as deep. */
const DEEPEST = 1_000;

/** @throws AppError bad_request when it is empty, not UTF-8, not JSON, or nested too deeply. */
export function parseBody(bytes: Buffer): JsonBody {
  if (bytes.length === 0) throw new AppError('bad_request', 'The body is empty; send JSON.');
  const json = parse(textOf(bytes));
  const { members, depth } = scanJson(bytes);
  refuseTooDeep(depth);
  return { bytes, json, members };
}

/** Smaller bodies are parsed whole: it would not pay. */
const LARGE_BODY = 65_536;
/** What is kept at either end of a string that is cut: no character is written with more than six bytes. */
const KEPT = 14_000;
const LONG_STRING = 2 * KEPT + 4_096;

/**
 * Like `parseBody`, but of a large body very long strings within `member` are left out for now, all but
 * their beginning and end: hundreds of kilobytes of text take longer to be made a string, and to be
 * collected again, than all the rest of a request. What is left out reaches the platform as it came.
 * @throws AppError bad_request as `parseBody` does.
 */
export function outlineBody(bytes: Buffer, member: string): OutlinedBody {
  if (bytes.length < LARGE_BODY || !isAscii(bytes)) return uncut(parseBody(bytes));
  const long: LongStrings = { member, longer: LONG_STRING, into: [] };
  const { members, depth } = scanJson(bytes, long);
  const cuts = members === null ? [] : long.into.flatMap((span) => cutOf(bytes, span));
  const json = parse(withoutCuts(bytes, { start: 0, end: bytes.length }, cuts));
  refuseTooDeep(depth);
  if (cuts.length === 0) return uncut({ bytes, json, members });
  const lacks = new Map<string, number>();
  for (const cut of cuts) {
    const shown = String(parse(withoutCuts(bytes, cut.of, [cut])));
    lacks.set(shown, Math.max(lacks.get(shown) ?? 0, cut.end - cut.start));
  }
  return {
    ...{ bytes, json, members },
    whole: once(() => parseBody(bytes).json),
    lacking: (text) => lacks.get(text) ?? 0,
  };
}

/** @throws AppError bad_request naming the member at fault, in `param` too. */
export function check<Schema extends z.ZodType>(schema: Schema, json: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const param = issue?.path.join('.') || 'body';
  throw new AppError('bad_request', `${param}: ${issue?.message ?? 'not valid'}`, { param });
}

/** The body with some top-level members changed and every other byte as it came. */
export function rewrite({ bytes, json, members }: JsonBody, changes: Changes): Buffer {
  if (changes.size === 0) return bytes;
  if (!members)
    return Buffer.from(JSON.stringify({ ...(json as object), ...fromChanges(changes) }));
  const parts: Buffer[] = [bytes.subarray(0, members[0]?.keyStart ?? 1)];
  const add = (separator: Buffer, member: Buffer) => {
    if (parts.length > 1) parts.push(separator);
    parts.push(member);
  };
  members.forEach(({ key, keyStart, start, end }, index) => {
    const separator = bytes.subarray(members[index - 1]?.end ?? keyStart, keyStart);
    const value = changes.get(key);
    if (!changes.has(key)) add(separator, bytes.subarray(keyStart, end));
    else if (value !== undefined)
      add(
        separator,
        Buffer.from(`${bytes.toString('utf8', keyStart, start)}${JSON.stringify(value)}`),
      );
  });
  const present = new Set(members.map(({ key }) => key));
  for (const [key, value] of changes) {
    if (present.has(key) || value === undefined) continue;
    add(Buffer.from(','), Buffer.from(`${JSON.stringify(key)}:${JSON.stringify(value)}`));
  }
  parts.push(bytes.subarray(members.at(-1)?.end ?? 1));
  return Buffer.concat(parts);
}

/** An object read from JSON, or null for anything else. */
export function tryParseObject(text: string): Record<string, unknown> | null {
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) ? json : null;
  } catch {
    return null;
  }
}

export function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function refuseTooDeep(depth: number): void {
  if (depth > DEEPEST) throw new AppError('bad_request', 'The body is nested too deeply.');
}

function uncut(body: JsonBody): OutlinedBody {
  return { ...body, whole: () => body.json, lacking: () => 0 };
}

/** The bytes that are left out of a string, and where that stands. */
type Cut = Span & { of: Span };

/** None where the string has no place to cut it. */
function cutOf(bytes: Buffer, of: Span): Cut[] {
  const start = seam(bytes, of.start + KEPT);
  const end = seam(bytes, of.end - KEPT);
  return start === null || end === null ? [] : [{ start, end, of }];
}

const BACKSLASH = 0x5c;
const LONGEST_ESCAPE = 6;
const NEAR = 1_024;

/** The first place from `at` on that is within no escape; null when there is none near. */
function seam(bytes: Buffer, at: number): number | null {
  let since = 0;
  for (let next = at - LONGEST_ESCAPE; next < at + NEAR; next += 1) {
    since = bytes[next] === BACKSLASH ? 0 : since + 1;
    if (since >= LONGEST_ESCAPE && next + 1 >= at) return next + 1;
  }
  return null;
}

function withoutCuts(bytes: Buffer, { start, end }: Span, cuts: readonly Cut[]): string {
  let text = '';
  let at = start;
  for (const cut of cuts) {
    text += bytes.toString('latin1', at, cut.start);
    at = cut.end;
  }
  return text + bytes.toString('latin1', at, end);
}

/** Bytes of ASCII alone need no decoding, which at hundreds of kilobytes takes as long as parsing them. */
function textOf(bytes: Buffer): string {
  if (isAscii(bytes)) return bytes.toString('latin1');
  if (!isUtf8(bytes)) throw new AppError('bad_request', 'The body is not UTF-8 text.');
  return bytes.toString();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('bad_request', 'The body is not valid JSON.', { cause });
  }
}

function fromChanges(changes: Changes): Record<string, unknown> {
  return Object.fromEntries(changes);
}
