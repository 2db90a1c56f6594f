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

/** The credits that an account of each platform earns: those of the models that lead there. */
export function groupsByPlatform(
  models: readonly ModelRoutes[],
  groupOf: GroupOf,
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { name, routes } of models) {
    for (const { platformId } of routes) {
      const keys = found.get(platformId) ?? new Set();
      found.set(platformId, keys.add(groupOf(name)));
    }
  }
  return found;
}
