import type { KeyView } from '#shared/schemas/keys.ts';

export type KeyFilter = { text: string; withRevoked: boolean };

/** The keys that fit: every word occurs in the name, prefix, owner or an allowed model. */
export function filterKeys(
  keys: readonly KeyView[],
  { text, withRevoked }: KeyFilter,
): readonly KeyView[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0 && withRevoked) return keys;
  return keys.filter((key) => {
    if (!withRevoked && key.state === 'revoked') return false;
    const { name, prefix, ownerName, allowedModels } = key;
    const shown = `${name} ${prefix} ${ownerName} ${allowedModels.join(' ')}`.toLowerCase();
    return words.every((word) => shown.includes(word));
  });
}

/** How near a limit is: calm, from 70 % near, from 90 % close; over 1 counts as 1. */
export function quotaTone(used: number, limit: number): { share: number; tone: QuotaTone } {
  const share = limit <= 0 ? 1 : Math.min(1, used / limit);
  return { share, tone: share >= 0.9 ? 'close' : share >= 0.7 ? 'near' : 'calm' };
}
export type QuotaTone = 'calm' | 'near' | 'close';
