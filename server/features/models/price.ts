import type { Price } from '#shared/schemas/models.ts';
import type { ModelPrice } from '../../gateway/ports.ts';

const OPTIONAL = [
  'cached',
  'cacheWrite',
  'reasoning',
  'perRequest',
  'perImage',
  'perMinute',
  'perMillionCharacters',
  'perThousandSearches',
] as const satisfies readonly (keyof Price)[];
type Optional = (typeof OPTIONAL)[number];
type Part = 'input' | 'output' | Optional;

/**
 * A price as stored, in whole micro-dollars by the units of `Price`. Null = as the input price, for
 * reasoning as the output price, and nothing for the rest.
 */
export type StoredPrice = { input: number; output: number } & Record<Optional, number | null>;

/** What a model costs from a time on; null = it has no price from then on. */
export type DatedPrice = { from: Date; price: StoredPrice | null };

const DECIMALS = 6;

/**
 * Dollars as a person wrote them (0.15) in whole micro-dollars (150000), from the decimal digits and
 * not by multiplying, so nothing is lost; a seventh decimal is rounded half up. For 0 to 100,000.
 */
export function toMicros(dollars: number): number {
  const [whole = '0', fraction = ''] = plainDecimal(dollars).split('.');
  const kept = Number(whole + fraction.slice(0, DECIMALS).padEnd(DECIMALS, '0'));
  return fraction.charAt(DECIMALS) >= '5' ? kept + 1 : kept;
}

/** Whole micro-dollars in dollars; `toMicros` gives the same number back. */
export function toDollars(micros: number): number {
  return micros / 10 ** DECIMALS;
}

/** The number's shortest decimal text, written out where JavaScript would use an exponent (1e-7). */
function plainDecimal(value: number): string {
  const [digits = '0', exponent] = String(value).split('e-');
  if (exponent === undefined) return digits;
  return `0.${'0'.repeat(Number(exponent) - 1)}${digits.replace('.', '')}`;
}

export function toStoredPrice(price: Price): StoredPrice {
  return {
    input: toMicros(price.input),
    output: toMicros(price.output),
    ...eachOptional((part) => {
      const dollars = price[part];
      return dollars === undefined ? null : toMicros(dollars);
    }),
  };
}

export function toPriceView(stored: StoredPrice): Price {
  const given = OPTIONAL.flatMap((part) => {
    const micros = stored[part];
    return micros === null ? [] : [[part, toDollars(micros)]];
  });
  const { input, output } = stored;
  return { input: toDollars(input), output: toDollars(output), ...Object.fromEntries(given) };
}

/** As the request path charges it. */
export function toModelPrice(stored: StoredPrice): ModelPrice {
  const { cached, cacheWrite, input, output, perRequest, reasoning } = stored;
  const units = [
    ['image', stored.perImage],
    ['second', stored.perMinute],
    ['character', stored.perMillionCharacters],
    ['search', stored.perThousandSearches],
  ] as const;
  const priced = units.flatMap(([unit, price]) => (price === null ? [] : [[unit, price]]));
  return {
    input,
    cached: cached ?? input,
    cacheWrite: cacheWrite ?? input,
    output,
    ...(reasoning !== null && { reasoning }),
    ...(perRequest !== null && { perRequest }),
    ...(priced.length > 0 && { perUnit: Object.fromEntries(priced) }),
  };
}

/** The price that counts at a time: the newest that has begun by then. `prices` in any order. */
export function priceAt(prices: readonly DatedPrice[], at: number): StoredPrice | null {
  let newest: DatedPrice | null = null;
  for (const dated of prices) {
    const from = dated.from.getTime();
    if (from <= at && (newest === null || from >= newest.from.getTime())) newest = dated;
  }
  return newest?.price ?? null;
}

/** A stored price as the columns of `prices`. */
export function priceColumns(price: StoredPrice | null): Record<Part, bigint | null> {
  return {
    input: toBigInt(price?.input ?? null),
    output: toBigInt(price?.output ?? null),
    ...eachOptional((part) => toBigInt(price?.[part] ?? null)),
  };
}

/** The columns of `prices` as a price; null when there is none. */
export function priceOfColumns(row: Readonly<Record<Part, bigint | null>>): StoredPrice | null {
  if (row.input === null || row.output === null) return null;
  return {
    input: Number(row.input),
    output: Number(row.output),
    ...eachOptional((part) => toNumber(row[part])),
  };
}

/** Every optional part with its value. */
function eachOptional<Value>(partOf: (part: Optional) => Value): Record<Optional, Value> {
  return {
    cached: partOf('cached'),
    cacheWrite: partOf('cacheWrite'),
    reasoning: partOf('reasoning'),
    perRequest: partOf('perRequest'),
    perImage: partOf('perImage'),
    perMinute: partOf('perMinute'),
    perMillionCharacters: partOf('perMillionCharacters'),
    perThousandSearches: partOf('perThousandSearches'),
  };
}

/** Prices are at most 10^11 micro-dollars: exact as JS numbers. */
function toNumber(value: bigint | null): number | null {
  return value === null ? null : Number(value);
}

function toBigInt(value: number | null): bigint | null {
  return value === null ? null : BigInt(value);
}
