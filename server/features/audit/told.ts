import { isDeepStrictEqual } from 'node:util';
import type { AuditChange } from '#shared/schemas/audit.ts';

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
type Members = Readonly<Record<string, unknown>>;

const MOST_CHARACTERS = 2_000;
const MOST_ENTRIES = 100;
const DEEPEST = 6;

/** Endings of names, in lower case without marks, whose values never get into the log. */
const SECRET_ENDINGS = [
  'password',
  'passwd',
  'passphrase',
  'hash',
  'secret',
  'token',
  'apikey',
  'privatekey',
  'secretkey',
  'accesskey',
  'sealed',
  'sealedkey',
  'hint',
  'credential',
  'credentials',
  'authorization',
  'cookie',
  'cookies',
  'otp',
  'recoverycode',
  'recoverycodes',
];

/** Whether a member of this name may hold a secret. What says yes or no, like `hasPassword`, cannot. */
export function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replace(/[^a-z]/g, '');
  return plain === 'key' || SECRET_ENDINGS.some((ending) => plain.endsWith(ending));
}

/**
 * The members that differ, without secrets and bounded; null when both are there and nothing differs.
 * A name is kept on both sides, so that what came or went is seen.
 */
export function changeOf(before: Members | null, after: Members | null): AuditChange | null {
  const was = before && cleanMembers(before, 0);
  const will = after && cleanMembers(after, 0);
  if (!was || !will) return { before: was, after: will };
  const names = [...new Set([...Object.keys(was), ...Object.keys(will)])].filter(
    (name) => !isDeepStrictEqual(was[name], will[name]),
  );
  if (names.length === 0) return null;
  return { before: pick(was, names), after: pick(will, names) };
}

/** Text as the database can hold it, at most 2,000 characters. */
export function boundedText(text: string, most = MOST_CHARACTERS): string {
  const whole = text.length <= most ? text : `${text.slice(0, most - 1)}…`;
  return whole.toWellFormed().replaceAll('\0', '�');
}

function pick(members: Record<string, Json>, names: readonly string[]): Record<string, Json> {
  return Object.fromEntries(names.map((name) => [name, members[name] ?? null]));
}

function cleanMembers(members: object, depth: number): Record<string, Json> {
  const kept = Object.entries(members)
    .filter(([, value]) => value !== undefined && typeof value !== 'function')
    .filter(([name, value]) => typeof value === 'boolean' || !isSecretName(name))
    .slice(0, MOST_ENTRIES);
  return Object.fromEntries(
    kept.map(([name, value]) => [boundedText(name, 120), clean(value, depth + 1)]),
  );
}

function clean(value: unknown, depth: number): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return boundedText(value);
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint')
    return Number.isSafeInteger(Number(value)) ? Number(value) : `${value}`;
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object') return null;
  if (depth > DEEPEST) return '…';
  if (!Array.isArray(value)) return cleanMembers(value, depth);
  const entries = value.slice(0, MOST_ENTRIES).map((entry) => clean(entry, depth + 1));
  return value.length > MOST_ENTRIES
    ? [...entries, `… ${value.length - MOST_ENTRIES} more`]
    : entries;
}
