import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { SecretScope } from '#shared/schemas/vault-secrets.ts';
import type { VaultRow } from '../vault/index.ts';

/** A program that holds a secret, and what it is for. */
export type SecretHolder = {
  /** Null = the one secret of the configuration. */
  secretId: string | null;
  name: string;
  scopes: readonly SecretScope[];
  /** Which accounts; both empty = all. */
  tags: readonly string[];
  bizIds: readonly string[];
};

const PREFIX = 'ghv-';
const SHAPE = /^ghv-[\w-]{43}$/;

/** A new secret: `ghv-` and 32 random bytes as base64url. */
export function mintSecret(random: (bytes: number) => Buffer = randomBytes): string {
  return PREFIX + random(32).toString('base64url');
}

/** What is stored of it: its hash, and its start for recognising it. */
export function storedSecret(secret: string): { secretHash: string; prefix: string } {
  return { secretHash: hashOf(secret).toString('hex'), prefix: `${secret.slice(0, 8)}…` };
}

/** Whether it can be one that was made here: what is not costs no look-up. */
export function isSecretShaped(text: string): boolean {
  return SHAPE.test(text);
}

export function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Whether a hash (hex) is that of the given one, in the same time however much of it is. */
export function isHash(expected: string, given: Buffer): boolean {
  const known = Buffer.from(expected, 'hex');
  return known.length === given.length && timingSafeEqual(known, given);
}

/** Whether a secret is for this; one that may refresh a token may read it too. */
export function isFor({ scopes }: Pick<SecretHolder, 'scopes'>, scope: SecretScope): boolean {
  return scopes.includes(scope) || (scope === 'read' && scopes.includes('refresh'));
}

/** Whether a secret is for this account. */
export function covers(
  { bizIds, tags }: Pick<SecretHolder, 'bizIds' | 'tags'>,
  row: Pick<VaultRow, 'bizId' | 'tags'>,
): boolean {
  if (bizIds.length === 0 && tags.length === 0) return true;
  return bizIds.includes(row.bizId) || row.tags.some((tag) => tags.includes(tag));
}
