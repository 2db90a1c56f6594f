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
  return replaceStrings(bytes, seals, (seal) => [seal.value, writeSeal({ ...seal, account })]);
}

/** Frees the seals in a request's body of their marks; every other byte stays. */
export function unmarkSeals(bytes: Buffer, seals: readonly Seal[]): Buffer {
  const marked = seals.filter((seal) => seal.account !== null);
  return replaceStrings(bytes, marked, (seal) => [writeSeal(seal), seal.value]);
}

/** Replaces whole JSON strings. Seals need no escapes but `/`, which some writers escape. */
function replaceStrings(
  bytes: Buffer,
  seals: readonly Seal[],
  change: (seal: Seal) => [from: string, to: string],
): Buffer {
  let result = bytes;
  for (const [from, to] of new Map(seals.map(change))) {
    for (const written of new Set([JSON.stringify(from), escapeSlashes(from)])) {
      result = replaceAll(result, Buffer.from(written), Buffer.from(JSON.stringify(to)));
    }
  }
  return result;
}

function escapeSlashes(text: string): string {
  return JSON.stringify(text).replaceAll('/', '\\/');
}

function replaceAll(bytes: Buffer, from: Buffer, to: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (let found = bytes.indexOf(from); found >= 0; found = bytes.indexOf(from, at)) {
    parts.push(bytes.subarray(at, found), to);
    at = found + from.length;
  }
  if (at === 0) return bytes;
  parts.push(bytes.subarray(at));
  return Buffer.concat(parts);
}
