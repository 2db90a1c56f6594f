import { hashText, mixBits } from '../../infra/text-hash.ts';

/**
 * Highest random weight hashing, weighted: every candidate draws a number that depends on the key and
 * on itself alone, so every server finds the same winner without asking another, and a candidate that
 * leaves moves only the keys it had. Source: Thaler and Ravishankar, "A Name-Based Mapping Scheme for
 * Rendezvous" (1996); with weights as in Schindelhauer and Schomaker, "Weighted Distributed Hash
 * Tables" (2005).
 */

/** What the draws of one key start from. */
export type Seed = number;

export function seedOf(key: string): Seed {
  return hashText(key);
}

/** The seed for one part of a key's candidates, which then draw apart from the other parts. */
export function seedWithin(seed: Seed, part: string): Seed {
  return hashText(part, seed);
}

/**
 * How strongly the candidate of this hash is wanted for the key: the largest wins. `weight` > 0 is its
 * share of all keys relative to the others; twice the weight wins twice as often.
 */
export function pull(seed: Seed, hash: number, weight: number): number {
  return weight / -Math.log((mixBits(seed ^ hash) + 0.5) / 2 ** 32);
}
