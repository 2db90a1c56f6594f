import { SecretScope, type SecretView } from '#shared/schemas/vault-secrets.ts';
import { type ExpiryValues, toExpiresAt, toExpiryValues } from '../keys/expiry.ts';

export type SecretFormValues = {
  name: string;
  scopes: string[];
  tags: string[];
  bizIds: string[];
  expiry: ExpiryValues;
};

export const NEW_SECRET: SecretFormValues = {
  name: '',
  scopes: ['read', 'refresh'],
  tags: [],
  bizIds: [],
  expiry: { choice: '365', date: '' },
};

/** A secret as the form shows it. */
export function secretValues({ bizIds, expiresAt, name, scopes, tags }: SecretView) {
  const expiry = toExpiryValues(expiresAt);
  return { name, tags, bizIds, expiry, scopes: [...scopes] } satisfies SecretFormValues;
}

/** What the server is sent; an end that was left as it is stays to the millisecond. `now` is epoch ms. */
export function toSecretInput(values: SecretFormValues, before: SecretView | null, now: number) {
  const { bizIds, expiry, name, scopes, tags } = values;
  const end = endOf(expiry, before, now);
  return {
    ...{ name, tags, bizIds },
    scopes: SecretScope.options.filter((scope) => scopes.includes(scope)),
    expiresAt: end === 'invalid' ? null : end,
  };
}

/** The chosen end; `invalid` for a day that is over. */
export function endOf(expiry: ExpiryValues, before: SecretView | null, now: number) {
  const was = before && toExpiryValues(before.expiresAt);
  const same = was?.choice === expiry.choice && was.date === expiry.date;
  return same ? (before?.expiresAt ?? null) : toExpiresAt(expiry, now);
}

/** Whether a secret is good for something. `now` is epoch ms. */
export function secretState(
  { expiresAt, revokedAt }: Pick<SecretView, 'expiresAt' | 'revokedAt'>,
  now: number,
): 'active' | 'expired' | 'revoked' {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && Date.parse(expiresAt) <= now ? 'expired' : 'active';
}

/** Secrets in which every letter of the search stands together somewhere. */
export function fitting(secrets: readonly SecretView[], search: string): SecretView[] {
  const text = search.trim().toLowerCase();
  return secrets.filter(({ bizIds, name, prefix, tags }) =>
    [name, prefix, ...tags, ...bizIds].some((part) => part.toLowerCase().includes(text)),
  );
}
