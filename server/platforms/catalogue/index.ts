import type { CataloguePrices, Price } from '#shared/schemas/models.ts';
import file from './catalogue.json' with { type: 'json' };
import { CatalogueFile, type ListPrice } from './schema.ts';

/** The catalogue that came with this version. Checked when the server starts: it is a file people edit. */
const CATALOGUE: CatalogueFile = CatalogueFile.parse(file);

/** A platform's chat models in the catalogue, in its order: what is offered before its list was fetched. */
export function modelsOf(platform: string): string[] {
  return CATALOGUE.models
    .filter((entry) => entry.platform === platform && entry.kind === 'chat')
    .map(({ model }) => model);
}

/** Everything the catalogue knows of prices, in dollars. */
export function cataloguePrices(): CataloguePrices {
  const { date, models, rates } = CATALOGUE;
  return {
    date,
    models: models.flatMap(({ platform, model, price, note }) =>
      price ? [{ platform, model, price: inDollars(price, rates), note: note ?? null }] : [],
    ),
  };
}

/** What the catalogue says a model costs; null when it does not know. */
export function cataloguePrice(platform: string, model: string): Price | null {
  const entry = CATALOGUE.models.find((it) => it.platform === platform && it.model === model);
  return entry?.price ? inDollars(entry.price, CATALOGUE.rates) : null;
}

/** A list price in dollars, to the micro-dollar. */
export function inDollars(list: ListPrice, rates: CatalogueFile['rates']): Price {
  const { currency, input, cached, cacheWrite, output } = list;
  const perDollar = currency === 'USD' ? 1 : rates[currency].perDollar;
  const dollars = (amount: number) => Math.round((amount / perDollar) * 1e6) / 1e6;
  return {
    input: dollars(input),
    ...(cached !== undefined && { cached: dollars(cached) }),
    ...(cacheWrite !== undefined && { cacheWrite: dollars(cacheWrite) }),
    output: dollars(output),
  };
}
