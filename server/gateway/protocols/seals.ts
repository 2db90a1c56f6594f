import { sha256hex } from '../../infra/ids.ts';
import type { AccountTag, Seal } from './dialogue.ts';

/*
 * Seals (signatures over reasoning, encrypted reasoning) are worth something only to the account
 * that made them. So that this survives a restart and holds on every replica, nothing is remembered
 * here: what goes out to a client carries a mark in front that names maker and account, and comes
 * back with it.
 *
 * The mark is 12 letters and digits, whole groups of base64: a client that decodes and encodes a
 * seal on its way (Gemini's are bytes) returns it unchanged.
 */

const MAKERS = { a: 'anthropic', o: 'openai', g: 'gemini' } as const;
const LETTERS = { anthropic: 'a', openai: 'o', gemini: 'g' } as const;
const MARK = /^ghS([aog])([0-9a-f]{8})/;
const MARK_LENGTH = 12;

/** Stands for an account in what clients see: tells accounts apart and names none. 8 hex digits. */
export function accountTag(accountId: string): AccountTag {
  return sha256hex(accountId).slice(0, 8);
}

/** A seal as a client sent it. Without a mark it was made by `maker`, on an account we do not know. */
export function readSeal(text: string, maker: Seal['maker']): Seal {
  const mark = MARK.exec(text);
  if (!mark) return { maker, value: text, account: null };
  const [, letter, account = ''] = mark;
  return { maker: MAKERS[letter as keyof typeof MAKERS], value: text.slice(MARK_LENGTH), account };
}

/** A seal as clients get to see it. */
export function writeSeal({ maker, value, account }: Seal): string {
  return account === null ? value : `ghS${LETTERS[maker]}${account}${value}`;
}

/** Marks the seals in a body or frame that passes through; every other byte stays. */
export function markSeals(bytes: Buffer, seals: readonly Seal[], account: AccountTag): Buffer {
  const marks = new Map(seals.map(({ maker, value }) => [value, `ghS${LETTERS[maker]}${account}`]));
  let result = bytes;
  for (const [value, mark] of marks) result = changeStart(result, value, { put: mark, cut: 0 });
  return result;
}

/** Frees the seals in a request's body of their marks; every other byte stays. */
export function unmarkSeals(bytes: Buffer, seals: readonly Seal[]): Buffer {
  const marked = seals.filter((seal) => seal.account !== null).map(writeSeal);
  let result = bytes;
  for (const text of new Set(marked)) {
    result = changeStart(result, text, { put: '', cut: MARK_LENGTH });
  }
  return result;
}

/** Changes how JSON strings of this text begin, whatever is escaped in them. */
function changeStart(bytes: Buffer, text: string, { put, cut }: { put: string; cut: number }) {
  const parts: Buffer[] = [];
  let kept = 0;
  // NOTE: letters and digits are escaped by nobody, so a string begins with these bytes if it is one.
  const start = Buffer.from(`"${/^[A-Za-z0-9]*/.exec(text)?.[0] ?? ''}`);
  for (let at = bytes.indexOf(start); at >= 0; at = bytes.indexOf(start, at + 1)) {
    if (!isString(bytes, at, text)) continue;
    parts.push(bytes.subarray(kept, at + 1), Buffer.from(put));
    kept = at + 1 + cut;
  }
  if (kept === 0) return bytes;
  parts.push(bytes.subarray(kept));
  return Buffer.concat(parts);
}

/** Whether the JSON string that begins here is this text. */
function isString(bytes: Buffer, at: number, text: string): boolean {
  if (isEscaped(bytes, at)) return false;
  let end = at;
  do {
    end = bytes.indexOf(QUOTE, end + 1);
    // NOTE: six bytes are the longest that one character is written with.
    if (end < 0 || end - at > 6 * text.length + 1) return false;
  } while (isEscaped(bytes, end));
  return reads(bytes.toString('utf8', at, end + 1), text);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

function isEscaped(bytes: Buffer, at: number): boolean {
  let backslashes = 0;
  while (bytes[at - 1 - backslashes] === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}

function reads(written: string, text: string): boolean {
  if (!written.includes('\\')) return written === `"${text}"`;
  try {
    return JSON.parse(written) === text;
  } catch {
    return false;
  }
}
