import { hashText } from '#server/infra/text-hash.ts';
import type { Trouble } from './authorization-server.ts';

const RANGE = 2 ** 32;

/** Strict: using a token twice ends its sign-in. Lenient: the last one may be used again for an hour. */
export type SimulatedPlatform = 'strict' | 'lenient';

/** Numbers from 0 to 1 (not 1 itself), the same for the same seed. */
export function chance(seed: number): () => number {
  let drawn = 0;
  return () => hashText(`${seed} ${drawn++}`) / RANGE;
}

/**
 * One call in twelve or so fails, by sign-in and count, so that the order of calls changes nothing; never
 * three in a row, and no new token is forgotten twice in a row. Answers are lost only where a platform
 * forgives it.
 */
export function troubles(seed: number, platform: SimulatedPlatform) {
  const kinds: Trouble[] = ['reset', 'html', 'busy', 'limited', 'down', 'slow', 'forgotten'];
  if (platform === 'lenient') kinds.push('lost', 'half');
  const asked = new Map<string, { calls: number; row: number; forgot: boolean }>();
  let count = 0;
  let over = false;
  return {
    of(id: string): Trouble | null {
      const seen = asked.get(id) ?? { calls: 0, row: 0, forgot: false };
      asked.set(id, seen);
      seen.calls += 1;
      const drawn = hashText(`${seed} ${id} ${seen.calls}`) % (kinds.length * 12);
      const wanted = over || seen.row >= 2 ? null : (kinds[drawn] ?? null);
      const trouble = wanted === 'forgotten' && seen.forgot ? null : wanted;
      if (trouble === null || trouble === 'forgotten') seen.forgot = trouble !== null;
      seen.row = trouble === null ? 0 : seen.row + 1;
      if (trouble !== null) count += 1;
      return trouble;
    },
    count: () => count,
    /** All is well from now on. */
    end(): void {
      over = true;
    },
  };
}
