import type { PoolSettings } from '#shared/schemas/pool.ts';

/** Which credit pays for a model: that of its group, or one of its own. */
export type GroupOf = (model: string) => string;

type Groups = PoolSettings['groups'];

/** A model that is in no group has a credit of its own. The two kinds of key never meet. */
export function createGroupOf(groups: Groups): GroupOf {
  const keys = new Map(groups.flatMap(({ name, models }) => models.map((model) => [model, name])));
  return (model) => {
    const name = keys.get(model);
    return name === undefined ? `model:${model}` : `group:${name}`;
  };
}

/** The name to show for a key. */
export function groupName(key: string): string {
  return key.slice(key.indexOf(':') + 1);
}

type ModelRoutes = { name: string; routes: readonly { platformId: string }[] };

/** A model that leads to a platform, and the credit that pays for it there. */
export type EarnedBy = { model: string; groupKey: string };

/** The credits that an account of each platform may earn: those of the models that lead there. */
export function groupsByPlatform(
  models: readonly ModelRoutes[],
  groupOf: GroupOf,
): ReadonlyMap<string, readonly EarnedBy[]> {
  const found = new Map<string, EarnedBy[]>();
  for (const { name, routes } of models) {
    const earned = { model: name, groupKey: groupOf(name) };
    for (const platformId of new Set(routes.map((route) => route.platformId))) {
      found.set(platformId, [...(found.get(platformId) ?? []), earned]);
    }
  }
  return found;
}
