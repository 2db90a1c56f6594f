import { type ModelCreate, ModelName } from '#shared/schemas/models.ts';

export type Offer = {
  /** The platform's own name. */
  upstream: string;
  /** The public name it would get. */
  name: string;
  /** Why it cannot be added, if so. */
  status: 'new' | 'taken' | 'invalid';
};

/** The public name for a platform's model: Gemini lists `models/gemini-…`, and nobody asks for that. */
export function publicName(upstream: string): string {
  return upstream.replace(/^models\//, '');
}

/** A platform's list as things to add, each name once. */
export function toOffers(upstream: readonly string[], existing: readonly string[]): Offer[] {
  const taken = new Set(existing);
  const seen = new Set<string>();
  const offers: Offer[] = [];
  for (const model of upstream) {
    const name = publicName(model);
    if (seen.has(name)) continue;
    seen.add(name);
    const valid = ModelName.safeParse(name).success;
    const status = taken.has(name) ? 'taken' : valid ? 'new' : 'invalid';
    offers.push({ upstream: model, name, status });
  }
  return offers;
}

/** The offers that contain every word. */
export function searchOffers(offers: readonly Offer[], text: string): readonly Offer[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return offers;
  return offers.filter(({ upstream }) => {
    const lower = upstream.toLowerCase();
    return words.every((word) => lower.includes(word));
  });
}

/** An offer as `models.create` takes it: one route, no price. */
export function offerToModel(platform: string, { name, upstream }: Offer): ModelCreate {
  return {
    name,
    enabled: true,
    routes: [{ platform, model: upstream, weight: 1, priority: 0 }],
    price: null,
  };
}
