import {
  type CataloguePrices,
  ModelCreate,
  type ModelUpdate,
  type ModelView,
  type Price,
} from '#shared/schemas/models.ts';
import { checkWith } from '../../lib/check-with.ts';
import { fromLocalTime } from '../usage/local-time.ts';

export type RouteValues = {
  /** Tells rows of the editor apart; not sent. */
  key: string;
  platform: string;
  model: string;
  weight: number | '';
  priority: number | '';
};

export type ModelFormValues = {
  name: string;
  enabled: boolean;
  routes: RouteValues[];
  /** In dollars, by the units of `Price`; empty text where there is none. */
  price: PriceValues;
  /** Wall clock of the reader (`datetime-local`); empty = now. */
  priceFrom: string;
};

export type PriceValues = Record<keyof Price, number | ''>;

export const NO_PRICE: PriceValues = {
  input: '',
  cached: '',
  cacheWrite: '',
  output: '',
  reasoning: '',
  perRequest: '',
  perImage: '',
  perMinute: '',
  perMillionCharacters: '',
  perThousandSearches: '',
};

/** What is priced by the million tokens, and what is not. */
export const TOKEN_PARTS = ['input', 'cached', 'cacheWrite', 'output', 'reasoning'] as const;
export const OTHER_PARTS = [
  'perRequest',
  'perImage',
  'perMinute',
  'perMillionCharacters',
  'perThousandSearches',
] as const;

let made = 0;

/** An empty row of the route editor. */
export function newRoute(platform = '', model = ''): RouteValues {
  made += 1;
  return { key: `route-${made}`, platform, model, weight: 1, priority: 0 };
}

export function newModelValues(): ModelFormValues {
  return {
    name: '',
    enabled: true,
    routes: [newRoute()],
    price: NO_PRICE,
    priceFrom: '',
  };
}

export function modelValues({ name, enabled, routes, price }: ModelView): ModelFormValues {
  return {
    name,
    enabled,
    routes: routes.map(({ platform, model, weight, priority }) => ({
      ...newRoute(platform, model),
      weight,
      priority,
    })),
    price: price ? priceValues(price) : NO_PRICE,
    priceFrom: '',
  };
}

/** A price as the form has it. */
export function priceValues(price: Price): PriceValues {
  const given = Object.entries(price).filter(([, dollars]) => dollars !== undefined);
  return { ...NO_PRICE, ...Object.fromEntries(given) };
}

/** A price as the form gives it; null = none. What is priced by other units alone has free tokens. */
export function toPrice(values: PriceValues): Price | null {
  if (!isPriced(values)) return null;
  const given = Object.entries(values).filter(([, part]) => part !== '');
  return {
    input: Number(values.input),
    output: Number(values.output),
    ...Object.fromEntries(given),
  };
}

/** The form as `models.create` takes it. No price at all is null; half a price fails the schema. */
export function toModel({ name, enabled, routes, price }: ModelFormValues): ModelCreate {
  return {
    name: name.trim(),
    enabled,
    routes: routes.map(({ platform, model, weight, priority }) => ({
      platform,
      model: model.trim(),
      weight: weight === '' ? 1 : weight,
      priority: priority === '' ? 0 : priority,
    })),
    price: toPrice(price),
  };
}

function isPriced(price: PriceValues): boolean {
  return Object.values(price).some((part) => part !== '');
}

/** The form as `models.update` takes it. */
export function toModelUpdate(id: string, values: ModelFormValues): ModelUpdate {
  const priceFrom = fromLocalTime(values.priceFrom);
  return { id, ...toModel(values), ...(priceFrom !== undefined && { priceFrom }) };
}

/** What is wrong, by field. `half` is said of a price without input or output. */
export function checkModel(
  values: ModelFormValues,
  { half, missing, twice }: { half: string; missing: string; twice: string },
): Record<string, string> {
  const errors = checkWith(ModelCreate)(toModel(values));
  const { input, output } = values.price;
  const priced = TOKEN_PARTS.some((part) => values.price[part] !== '');
  if (priced && input === '') errors['price.input'] = half;
  if (priced && output === '') errors['price.output'] = half;
  const seen = new Set<string>();
  for (const [index, { platform, model }] of values.routes.entries()) {
    if (platform === '') errors[`routes.${index}.platform`] = missing;
    const pair = `${platform} ${model.trim()}`;
    if (seen.has(pair) && model.trim() !== '') errors[`routes.${index}.model`] = twice;
    seen.add(pair);
  }
  return errors;
}

/**
 * The share of requests each route gets while all can answer, 0 to 1: those of the lowest priority
 * share by weight, and all of weight 0 share alike when there is nothing else.
 */
export function shares(routes: readonly Pick<RouteValues, 'weight' | 'priority'>[]): number[] {
  const known = routes.map(({ weight, priority }) => ({
    weight: weight === '' ? 1 : weight,
    priority: priority === '' ? 0 : priority,
  }));
  const weighted = known.some(({ weight }) => weight > 0);
  const asked = known.filter(({ weight }) => weight > 0 || !weighted);
  const lowest = Math.min(...asked.map(({ priority }) => priority));
  const parts = known.map(({ weight, priority }) => {
    if (priority !== lowest) return 0;
    return weighted ? weight : 1;
  });
  const total = parts.reduce((sum, part) => sum + part, 0);
  return parts.map((part) => part / total);
}

/** What the catalogue knows of the models that the routes lead to, each once. */
export function knownPrices(
  routes: readonly RouteValues[],
  catalogue: CataloguePrices | undefined,
): CataloguePrices['models'] {
  return (catalogue?.models ?? []).filter(({ platform, model }) =>
    routes.some((route) => route.platform === platform && route.model.trim() === model),
  );
}
