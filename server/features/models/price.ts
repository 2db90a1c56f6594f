import type { Price } from '#shared/schemas/models.ts';
import type { ModelPrice } from '../../gateway/ports.ts';

/** A price as stored: whole micro-dollars per million tokens; `cached` null = the input price. */
export type StoredPrice = { input: number; cached: number | null; output: number };

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
  const cached = price.cached === undefined ? null : toMicros(price.cached);
  return { input: toMicros(price.input), cached, output: toMicros(price.output) };
}

export function toPriceView(price: StoredPrice): Price {
  const cached = price.cached === null ? {} : { cached: toDollars(price.cached) };
  return { input: toDollars(price.input), ...cached, output: toDollars(price.output) };
}

export function toModelPrice(price: StoredPrice): ModelPrice {
  return { input: price.input, cached: price.cached ?? price.input, output: price.output };
}
