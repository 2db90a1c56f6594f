import { randomBytes } from 'node:crypto';
import { Username } from '#shared/schemas/common.ts';

/** Tries with a number behind before the name gets something random instead. */
const NUMBERED = 9;

/**
 * User names for somebody who is called this elsewhere, the best first; the last ones nobody has.
 * Letters that no user name may have become dashes.
 */
export function* usernamesFor(wanted: readonly string[]): Generator<string> {
  const base = wanted.map(plainName).find((name) => name !== null) ?? 'user';
  yield base;
  for (let number = 2; number <= NUMBERED; number += 1) yield `${base}-${number}`;
  for (let tries = 0; tries < 3; tries += 1) yield `${base}-${randomBytes(5).toString('hex')}`;
}

/** Null when nothing of it can be kept. */
function plainName(text: string): string | null {
  const name = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9._@-]+/g, '-')
    .replace(/^[^a-z0-9]+|[._@-]+$/g, '')
    .slice(0, 50);
  return Username.safeParse(name).success ? name : null;
}
