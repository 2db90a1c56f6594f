import { crc32 } from 'node:zlib';

const BIGINT = '$bigint:';
const STRING = '$string:';
const NEWLINE = 0x0a;
const SPACE = 0x20;
const CRC_DIGITS = 8;

/**
 * One record as one line: eight hex digits of the CRC-32 of the JSON, a space, the JSON, a newline.
 * Fields of the record itself may be bigint (written as tagged strings); deeper ones may not: they
 * throw the TypeError of JSON.stringify.
 */
export function encodeLine(record: object): string {
  const json = JSON.stringify(tagged(record as Record<string, unknown>));
  return `${hexCrc(json)} ${json}\n`;
}

// Only what needs a tag costs a copy, for most records have nothing to tag.
function tagged(record: Readonly<Record<string, unknown>>): object {
  let copy: Record<string, unknown> | undefined;
  for (const name in record) {
    const value = record[name];
    const tag = tagOf(value);
    if (tag === undefined) continue;
    copy ??= { ...record };
    copy[name] = tag + String(value);
  }
  return copy ?? record;
}

// A plain string that begins like a tag gets one of its own, so no text turns into a number.
function tagOf(value: unknown): string | undefined {
  if (typeof value === 'bigint') return BIGINT;
  if (typeof value !== 'string' || value[0] !== '$') return undefined;
  return value.startsWith(BIGINT) || value.startsWith(STRING) ? STRING : undefined;
}

/** The record of a line (without its newline), or undefined when the line is not one we wrote. */
export function decodeLine<T>(line: Buffer): T | undefined {
  if (line.length < CRC_DIGITS + 1 || line[CRC_DIGITS] !== SPACE) return undefined;
  const json = line.subarray(CRC_DIGITS + 1);
  if (line.toString('latin1', 0, CRC_DIGITS) !== hexCrc(json)) return undefined;
  try {
    return untagged(JSON.parse(json.toString('utf8'))) as T;
  } catch {
    return undefined;
  }
}

function untagged(record: Record<string, unknown>): Record<string, unknown> {
  for (const [name, value] of Object.entries(record)) {
    if (typeof value !== 'string') continue;
    if (value.startsWith(BIGINT)) record[name] = BigInt(value.slice(BIGINT.length));
    else if (value.startsWith(STRING)) record[name] = value.slice(STRING.length);
  }
  return record;
}

function hexCrc(json: string | Buffer): string {
  return crc32(json).toString(16).padStart(CRC_DIGITS, '0');
}

export type ParsedLines<T> = {
  records: T[];
  /** Whole lines that are not records, newline included. */
  corrupt: Buffer[];
  /** Bytes of whole lines looked at. */
  consumed: number;
};

/** Reads up to `max` records from whole lines; what follows the last newline is left alone. */
export function parseLines<T>(bytes: Buffer, max: number): ParsedLines<T> {
  const parsed: ParsedLines<T> = { records: [], corrupt: [], consumed: 0 };
  while (parsed.records.length < max) {
    const end = bytes.indexOf(NEWLINE, parsed.consumed);
    if (end < 0) break;
    const record = decodeLine<T>(bytes.subarray(parsed.consumed, end));
    if (record) parsed.records.push(record);
    else parsed.corrupt.push(bytes.subarray(parsed.consumed, end + 1));
    parsed.consumed = end + 1;
  }
  return parsed;
}
