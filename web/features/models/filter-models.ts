import type { ModelView } from '#shared/schemas/models.ts';

/** The models that fit: every word occurs in the name, or in a route's platform or upstream name. */
export function filterModels(models: readonly ModelView[], text: string): readonly ModelView[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return models;
  return models.filter(({ name, routes }) => {
    const led = routes.map(({ platformName, model }) => `${platformName} ${model}`).join(' ');
    const shown = `${name} ${led}`.toLowerCase();
    return words.every((word) => shown.includes(word));
  });
}
