const FNV_PRIME = 0x01000193;
const FNV_START = 0x811c9dc5;

/** A text as a number of 32 bits, the same on every server; each bit depends on all of the text. */
export function hashText(text: string, start: number = FNV_START): number {
  return mixBits(absorb(start, text));
}

/** Spreads every bit over all others: the last step of MurmurHash3 (32 bits), public domain. */
export function mixBits(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** FNV-1a over UTF-16 units. Source: http://www.isthe.com/chongo/tech/comp/fnv/ */
function absorb(start: number, text: string): number {
  let hash = start;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME);
  }
  return hash;
}
