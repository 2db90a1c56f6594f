/**
 * Highest random weight hashing, weighted: every candidate draws a number that depends on the key and
 * on itself alone, so every server finds the same winner without asking another, and a candidate that
 * leaves moves only the keys it had. Source: Thaler and Ravishankar, "A Name-Based Mapping Scheme for
 * Rendezvous" (1996); with weights as in Schindelhauer and Schomaker, "Weighted Distributed Hash
 * Tables" (2005).
 */

const FNV_PRIME = 0x01000193;
const FNV_START = 0x811c9dc5;

/** What the draws of one key start from. */
export type Seed = number;

export function seedOf(key: string): Seed {
  return absorb(FNV_START, key);
}

/**
 * How strongly `name` is wanted for the key: the largest wins. `weight` > 0 is its share of all keys
 * relative to the others; twice the weight wins twice as often.
 */
export function pull(seed: Seed, name: string, weight: number): number {
  const drawn = (finish(absorb(finish(seed), name)) + 0.5) / 2 ** 32;
  return weight / -Math.log(drawn);
}

/** FNV-1a over UTF-16 units. Source: http://www.isthe.com/chongo/tech/comp/fnv/ */
function absorb(start: number, text: string): number {
  let hash = start;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME);
  }
  return hash;
}

/** Spreads every bit over all others: the last step of MurmurHash3 (32 bits), public domain. */
function finish(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
