/** Where a member of a JSON object stands, as byte offsets into the text: its key, its value, its end. */
export type Member = { key: string; keyStart: number; start: number; end: number };

export type Span = { start: number; end: number };

/** Strings of more than so many bytes within a member's value, quotes included; found in their order. */
export type LongStrings = { member: string; longer: number; into: Span[] };

/** `depth` is how many arrays and objects lie within each other at most. */
export type Scanned = { members: Member[] | null; depth: number };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
/** `[` and `{`, `]` and `}`: but for one bit the same. */
const OPEN = 0x5b;
const CLOSE = 0x5d;
const EITHER = ~0x20;
/** Up to here the end of a string is looked for byte by byte: asking for it costs more than that. */
const SHORT = 64;

/**
 * Finds the top-level members of a JSON object without building it, so that one value can be
 * replaced and every other byte stays as the client sent it.
 *
 * The text must be known to be valid JSON, or be parsed before the result is used: of any other the
 * result means nothing. `members` is null for anything out of the ordinary (not an
 * object, an escaped or repeated key): then the caller re-serialises what it checked, so that what
 * is checked is what is sent.
 */
export function scanJson(text: Buffer, long: LongStrings | null = null): Scanned {
  let at = skipSpace(text, 0);
  if (text[at] !== 0x7b) return { members: null, depth: nested(text, at, null).depth };
  at = skipSpace(text, at + 1);
  const members: Member[] = [];
  const seen = new Set<string>();
  let plain = true;
  let depth = 1;
  while (text[at] === QUOTE) {
    const keyStart = at;
    const keyEnd = endOfString(text, at);
    const key = text.toString('utf8', at + 1, keyEnd - 1);
    if (key.includes('\\') || seen.has(key)) plain = false;
    seen.add(key);
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const value = valueAt(text, start, long?.member === key ? long : null);
    depth = Math.max(depth, 1 + value.depth);
    members.push({ key, keyStart, start, end: value.end });
    at = skipSpace(text, value.end);
    if (text[at] === COMMA) at = skipSpace(text, at + 1);
  }
  return { members: plain ? members : null, depth };
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function skipSpace(text: Buffer, from: number): number {
  let at = from;
  while (isSpace(text[at])) at += 1;
  return at;
}

/** The offset behind the closing quote of the string that opens at `from`. */
function endOfString(text: Buffer, from: number): number {
  const near = Math.min(text.length, from + SHORT);
  for (let at = from + 1; at < near; at += 1) {
    const byte = text[at];
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH) at += 1;
  }
  return farEndOfString(text, from);
}

function farEndOfString(text: Buffer, from: number): number {
  let at = from + 1;
  for (;;) {
    const quote = text.indexOf(QUOTE, at);
    if (quote < 0) return text.length;
    let slashes = 0;
    while (text[quote - 1 - slashes] === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}

type Value = { end: number; depth: number };

function valueAt(text: Buffer, from: number, long: LongStrings | null): Value {
  if (text[from] === QUOTE) return { end: endOfString(text, from), depth: 0 };
  if (((text[from] ?? 0) & EITHER) === OPEN) return nested(text, from, long);
  return { end: endOfScalar(text, from), depth: 0 };
}

/** An array or object, however deep; of anything else the end is that of the text. */
function nested(text: Buffer, from: number, long: LongStrings | null): Value {
  let depth = 0;
  let deepest = 0;
  let at = from;
  while (at < text.length) {
    const byte = text[at] ?? 0;
    if (byte === QUOTE) {
      at = passString(text, at, long);
      continue;
    }
    at += 1;
    const kind = byte & EITHER;
    if (kind === OPEN) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (kind === CLOSE) {
      depth -= 1;
      if (depth === 0) break;
    }
  }
  return { end: at, depth: deepest };
}

function passString(text: Buffer, start: number, long: LongStrings | null): number {
  const end = endOfString(text, start);
  if (long && end - start > long.longer) long.into.push({ start, end });
  return end;
}

function endOfScalar(text: Buffer, from: number): number {
  let at = from;
  while (at < text.length) {
    const byte = text[at] ?? 0;
    if (byte === COMMA || (byte & EITHER) === CLOSE || isSpace(byte)) return at;
    at += 1;
  }
  return at;
}
