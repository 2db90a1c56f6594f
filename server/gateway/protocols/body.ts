import { isAscii, isUtf8 } from 'node:buffer';
import type { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import { type Member, scanJson } from './json-members.ts';

/** A JSON body: as it came, and as it reads. `members` is null where bytes cannot be spliced. */
export type JsonBody = { bytes: Buffer; json: unknown; members: Member[] | null };

/** Members to put into a body in place of what is there; undefined takes one out. */
export type Changes = ReadonlyMap<string, unknown>;

/** Far more than anyone means; less than the stack takes, for a body that is written anew takes a stack as deep. */
const DEEPEST = 1_000;

/** @throws AppError bad_request when it is empty, not UTF-8, not JSON, or nested too deeply. */
export function parseBody(bytes: Buffer): JsonBody {
  if (bytes.length === 0) throw new AppError('bad_request', 'The body is empty; send JSON.');
  const json = parse(textOf(bytes));
  const { members, depth } = scanJson(bytes);
  if (depth > DEEPEST) throw new AppError('bad_request', 'The body is nested too deeply.');
  return { bytes, json, members };
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
