const MOST_CHARACTERS = 50;
const COUNTED = 9;

/**
 * User names to try for somebody of this name, in this order: what of it may stand in one, the same
 * with a number, and at last with what `random` gives, which is a new one each time.
 */
export function userNamesFor(name: string | null, random: () => string): string[] {
  const plain = (name ?? '')
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9._@-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, MOST_CHARACTERS)
    .replace(/[^a-z0-9]+$/, '');
  const base = plain.length < 2 ? 'user' : plain;
  const counted = Array.from({ length: COUNTED - 1 }, (_, at) => `${base}-${at + 2}`);
  const first = plain.length < 2 ? [] : [base, ...counted];
  return [...first, ...Array.from({ length: 3 }, () => `${base}-${random()}`)];
}
