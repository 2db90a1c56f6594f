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

/** Marks seals in what passes through, as they become known; every other byte stays. */
export function sealMarker(account: AccountTag) {
  const starts = newStarts();
  return {
    add: ({ maker, value }: Seal): void =>
      setStart(starts, value, { put: `ghS${LETTERS[maker]}${account}`, cut: 0 }),
    mark: (bytes: Buffer): Buffer => changeStarts(bytes, '"', starts),
  };
}

/** Marks the seals in a body or frame that passes through; every other byte stays. */
export function markSeals(bytes: Buffer, seals: readonly Seal[], account: AccountTag): Buffer {
  const marker = sealMarker(account);
  seals.forEach(marker.add);
  return marker.mark(bytes);
}

/** Frees the seals in a request's body of their marks; every other byte stays. */
export function unmarkSeals(bytes: Buffer, seals: readonly Seal[]): Buffer {
  const starts = newStarts();
  for (const seal of seals) {
    if (seal.account !== null) setStart(starts, writeSeal(seal), { put: '', cut: MARK_LENGTH });
  }
  // NOTE: letters and digits are escaped by nobody, so each of them begins with these bytes.
  return changeStarts(bytes, '"ghS', starts);
}

/** How texts are to begin, by text, with the bounds of their lengths. */
type Starts = {
  of: Map<string, { put: string; cut: number }>;
  shortest: number;
  longest: number;
};

function newStarts(): Starts {
  return { of: new Map(), shortest: Number.POSITIVE_INFINITY, longest: 0 };
}

function setStart(starts: Starts, text: string, change: { put: string; cut: number }): void {
  starts.of.set(text, change);
  starts.shortest = Math.min(starts.shortest, text.length);
  starts.longest = Math.max(starts.longest, text.length);
}

/**
 * Changes how JSON strings of these texts begin, whatever is escaped in them. All are looked for in
 * one go: bodies are many megabytes long and may hold seals by the thousand.
 */
function changeStarts(bytes: Buffer, opening: string, starts: Starts): Buffer {
  if (starts.of.size === 0) return bytes;
  const parts: Buffer[] = [];
  let kept = 0;
  for (let at = bytes.indexOf(opening); at >= 0; at = bytes.indexOf(opening, at + 1)) {
    const text = stringAt(bytes, at, starts);
    const change = text === null ? undefined : starts.of.get(text);
    if (!change) continue;
    parts.push(bytes.subarray(kept, at + 1), Buffer.from(change.put));
    kept = at + 1 + change.cut;
  }
  if (kept === 0) return bytes;
  parts.push(bytes.subarray(kept));
  return Buffer.concat(parts);
}

/** The text of the JSON string that opens here; null for none, and for one too short or too long. */
function stringAt(bytes: Buffer, at: number, { shortest, longest }: Starts): string | null {
  if (isEscaped(bytes, at)) return null;
  let end = at;
  do {
    end = bytes.indexOf(QUOTE, end + 1);
    // NOTE: six bytes are the longest that one character is written with.
    if (end < 0 || end - at > 6 * longest + 1) return null;
  } while (isEscaped(bytes, end));
  return end - at > shortest ? read(bytes.toString('utf8', at, end + 1)) : null;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

function isEscaped(bytes: Buffer, at: number): boolean {
  let backslashes = 0;
  while (bytes[at - 1 - backslashes] === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}

function read(written: string): string | null {
  if (!written.includes('\\')) return written.slice(1, -1);
  try {
    return String(JSON.parse(written));
  } catch {
    return null;
  }
}
