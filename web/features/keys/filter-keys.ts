import type { KeyState, KeyView } from '#shared/schemas/keys.ts';

export type KeyFilter = {
  text: string;
  withRevoked: boolean;
  /** Null = any, here and below. */
  state: KeyState | null;
  owner: string | null;
  /** What a key may be used for. */
  scope: string | null;
};

export const NO_FILTER: KeyFilter = {
  text: '',
  withRevoked: false,
  state: null,
  owner: null,
  scope: null,
};

/** Whether something is looked for. */
export function isSearching({ text, state, owner, scope }: KeyFilter): boolean {
  return text.trim() !== '' || state !== null || owner !== null || scope !== null;
}

/** The keys that fit: every word occurs in the name, description, prefix, owner or an allowed model. */
export function filterKeys(keys: readonly KeyView[], filter: KeyFilter): readonly KeyView[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  if (filter.withRevoked && !isSearching(filter)) return keys;
  return keys.filter((key) => {
    if (!isOffered(key, filter)) return false;
    const { name, description, prefix, ownerName, allowedModels } = key;
    const shown =
      `${name} ${description} ${prefix} ${ownerName} ${allowedModels.join(' ')}`.toLowerCase();
    return words.every((word) => shown.includes(word));
  });
}

function isOffered({ state, ownerId, scopes }: KeyView, filter: KeyFilter): boolean {
  if (filter.state !== null && state !== filter.state) return false;
  if (filter.state === null && !filter.withRevoked && state === 'revoked') return false;
  if (filter.owner !== null && ownerId !== filter.owner) return false;
  return filter.scope === null || scopes.length === 0 || scopes.includes(filter.scope);
}

/** How near a limit is: calm, from 70 % near, from 90 % close; over 1 counts as 1. */
export function quotaTone(used: number, limit: number): { share: number; tone: QuotaTone } {
  const share = limit <= 0 ? 1 : Math.min(1, used / limit);
  return { share, tone: share >= 0.9 ? 'close' : share >= 0.7 ? 'near' : 'calm' };
}
export type QuotaTone = 'calm' | 'near' | 'close';
