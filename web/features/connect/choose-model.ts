import type { AvailableModel } from '#shared/schemas/models.ts';

/** Models with those that can answer now first. */
export function readyFirst(models: readonly AvailableModel[]): AvailableModel[] {
  return [...models.filter(({ ready }) => ready), ...models.filter(({ ready }) => !ready)];
}

/** The wanted model if it is there, else the first that can answer; null while there is none. */
export function chooseModel(
  models: readonly AvailableModel[],
  wanted: string | undefined,
): AvailableModel | null {
  return models.find(({ name }) => name === wanted) ?? readyFirst(models)[0] ?? null;
}
