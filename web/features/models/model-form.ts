import {
  type CataloguePrices,
  ModelCreate,
  type ModelUpdate,
  type ModelView,
  type Price,
} from '#shared/schemas/models.ts';
import { checkWith } from '../../lib/check-with.ts';

export type RouteValues = {
  /** Tells rows of the editor apart; not sent. */
  key: string;
  platform: string;
  model: string;
  weight: number | '';
};

export type ModelFormValues = {
  name: string;
  enabled: boolean;
  routes: RouteValues[];
  /** Dollars per million tokens; empty text where there is none. */
  price: PriceValues;
};

type PriceValues = Record<'input' | 'cached' | 'cacheWrite' | 'output', number | ''>;

const NO_PRICE: PriceValues = { input: '', cached: '', cacheWrite: '', output: '' };

let made = 0;

/** An empty row of the route editor. */
export function newRoute(platform = '', model = ''): RouteValues {
  made += 1;
  return { key: `route-${made}`, platform, model, weight: 1 };
}

export function newModelValues(): ModelFormValues {
  return {
    name: '',
    enabled: true,
    routes: [newRoute()],
    price: NO_PRICE,
  };
}

export function modelValues({ name, enabled, routes, price }: ModelView): ModelFormValues {
  return {
    name,
    enabled,
    routes: routes.map(({ platform, model, weight }) => ({ ...newRoute(platform, model), weight })),
    price: price ? priceValues(price) : NO_PRICE,
  };
}

/** A price as the form has it. */
export function priceValues({ input, cached, cacheWrite, output }: Price): PriceValues {
  return { input, cached: cached ?? '', cacheWrite: cacheWrite ?? '', output };
}

/** The form as `models.create` takes it. No price at all is null; half a price fails the schema. */
export function toModel({ name, enabled, routes, price }: ModelFormValues): ModelCreate {
  const { input, cached, cacheWrite, output } = price;
  return {
    name: name.trim(),
    enabled,
    routes: routes.map(({ platform, model, weight }) => ({
      platform,
      model: model.trim(),
      weight: weight === '' ? 1 : weight,
    })),
    price: !isPriced(price)
      ? null
      : {
          input: Number(input),
          output: Number(output),
          ...(cached !== '' && { cached }),
          ...(cacheWrite !== '' && { cacheWrite }),
        },
  };
}

function isPriced(price: PriceValues): boolean {
  return Object.values(price).some((part) => part !== '');
}

/** The form as `models.update` takes it. */
export function toModelUpdate(id: string, values: ModelFormValues): ModelUpdate {
  return { id, ...toModel(values) };
}

/** What is wrong, by field. `half` is said of a price without input or output. */
export function checkModel(
  values: ModelFormValues,
  { half, missing, twice }: { half: string; missing: string; twice: string },
): Record<string, string> {
  const errors = checkWith(ModelCreate)(toModel(values));
  const { input, output } = values.price;
  const priced = isPriced(values.price);
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

/** The share of requests each route gets while all can answer, 0 to 1; all of weight 0 share alike. */
export function shares(weights: readonly (number | '')[]): number[] {
  const known = weights.map((weight) => (weight === '' ? 1 : weight));
  const total = known.reduce((sum, weight) => sum + weight, 0);
  return total === 0 ? known.map(() => 1 / known.length) : known.map((weight) => weight / total);
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
