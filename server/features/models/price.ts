import type { Price } from '#shared/schemas/models.ts';
import type { ModelPrice } from '../../gateway/ports.ts';

/** A price as stored: whole micro-dollars per million tokens; null = the input price. */
export type StoredPrice = {
  input: number;
  cached: number | null;
  cacheWrite: number | null;
  output: number;
};

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

export function toStoredPrice({ input, cached, cacheWrite, output }: Price): StoredPrice {
  return {
    input: toMicros(input),
    cached: cached === undefined ? null : toMicros(cached),
    cacheWrite: cacheWrite === undefined ? null : toMicros(cacheWrite),
    output: toMicros(output),
  };
}

export function toPriceView({ input, cached, cacheWrite, output }: StoredPrice): Price {
  return {
    input: toDollars(input),
    ...(cached !== null && { cached: toDollars(cached) }),
    ...(cacheWrite !== null && { cacheWrite: toDollars(cacheWrite) }),
    output: toDollars(output),
  };
}

export function toModelPrice({ input, cached, cacheWrite, output }: StoredPrice): ModelPrice {
  return { input, cached: cached ?? input, cacheWrite: cacheWrite ?? input, output };
}

/** A stored price as the columns of `models`. */
export function priceColumns(price: StoredPrice | null) {
  return {
    priceInput: toBigInt(price?.input ?? null),
    priceCached: toBigInt(price?.cached ?? null),
    priceCacheWrite: toBigInt(price?.cacheWrite ?? null),
    priceOutput: toBigInt(price?.output ?? null),
  };
}

/** The columns of `models` as a price; null when there is none. */
export function priceOfColumns(row: ReturnType<typeof priceColumns>): StoredPrice | null {
  const { priceInput, priceCached, priceCacheWrite, priceOutput } = row;
  if (priceInput === null || priceOutput === null) return null;
  return {
    input: Number(priceInput),
    cached: toNumber(priceCached),
    cacheWrite: toNumber(priceCacheWrite),
    output: Number(priceOutput),
  };
}

/** Prices are at most 10^11 micro-dollars: exact as JS numbers. */
function toNumber(value: bigint | null): number | null {
  return value === null ? null : Number(value);
}

function toBigInt(value: number | null): bigint | null {
  return value === null ? null : BigInt(value);
}
