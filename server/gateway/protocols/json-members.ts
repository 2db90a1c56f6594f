/** Where a member of a JSON object stands, as byte offsets into the text: its key, its value, its end. */
export type Member = { key: string; keyStart: number; start: number; end: number };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN = new Set([0x7b, 0x5b]);
const CLOSE = new Set([0x7d, 0x5d]);
const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);

/**
 * Finds the top-level members of a JSON object without building it, so that one value can be
 * replaced and every other byte stays as the client sent it.
 *
 * The text must be known to be valid JSON. Returns null for anything out of the ordinary (not an
 * object, an escaped or repeated key): then the caller re-serialises what it checked, so that what
 * is checked is what is sent.
 */
export function topLevelMembers(text: Buffer): Member[] | null {
  let at = skipSpace(text, 0);
  if (text[at] !== 0x7b) return null;
  at = skipSpace(text, at + 1);
  const members: Member[] = [];
  const seen = new Set<string>();
  while (text[at] === QUOTE) {
    const keyStart = at;
    const keyEnd = endOfString(text, at);
    const key = text.toString('utf8', at + 1, keyEnd - 1);
    if (key.includes('\\') || seen.has(key)) return null;
    seen.add(key);
    at = skipSpace(text, keyEnd);
    if (text[at] !== COLON) return null;
    const start = skipSpace(text, at + 1);
    const end = endOfValue(text, start);
    members.push({ key, keyStart, start, end });
    at = skipSpace(text, end);
    if (text[at] === COMMA) at = skipSpace(text, at + 1);
  }
  return CLOSE.has(text[at] ?? 0) ? members : null;
}

function skipSpace(text: Buffer, from: number): number {
  let at = from;
  while (SPACE.has(text[at] ?? -1)) at += 1;
  return at;
}

/** The offset behind the closing quote of the string that opens at `from`. */
function endOfString(text: Buffer, from: number): number {
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

function endOfValue(text: Buffer, from: number): number {
  if (text[from] === QUOTE) return endOfString(text, from);
  return OPEN.has(text[from] ?? 0) ? endOfNested(text, from) : endOfScalar(text, from);
}

function endOfNested(text: Buffer, from: number): number {
  let depth = 0;
  let at = from;
  while (at < text.length) {
    const byte = text[at] ?? 0;
    if (byte === QUOTE) {
      at = endOfString(text, at);
      continue;
    }
    if (OPEN.has(byte)) depth += 1;
    if (CLOSE.has(byte)) depth -= 1;
    at += 1;
    if (depth === 0) return at;
  }
  return at;
}

function endOfScalar(text: Buffer, from: number): number {
  let at = from;
  while (at < text.length) {
    const byte = text[at] ?? 0;
    if (byte === COMMA || CLOSE.has(byte) || SPACE.has(byte)) return at;
    at += 1;
  }
  return at;
}
