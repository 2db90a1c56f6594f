import type { ModelPrice, TokenUsage, Units } from '../ports.ts';

/** How many of a unit the price is for. */
const LOTS: Readonly<Record<Units['unit'], bigint>> = {
  image: 1n,
  second: 60n,
  character: 1_000_000n,
  search: 1_000n,
};

/** Of which every part of a price is a whole number: the lots, with amounts in millionths. */
const PARTS = 3_000_000_000_000n;
const A_MILLION = 1_000_000n;
/** No answer has more of anything. */
const MOST = 1e12;

/**
 * What was used, in whole micro-dollars: the exact sum, rounded half up. `requests` is what is
 * charged by the request, 0 where none was answered.
 */
export function priceOf(
  price: ModelPrice,
  usage: TokenUsage,
  { requests = 0, units = null }: { requests?: number; units?: Units | null } = {},
): number {
  const tokens = priceOfTokens(price, usage) * (PARTS / A_MILLION);
  const asked = whole(requests) * BigInt(price.perRequest ?? 0) * PARTS;
  const total = tokens + asked + priceOfUnits(price, units);
  return Number((total + PARTS / 2n) / PARTS);
}

/** In millionths of a micro-dollar. */
function priceOfTokens(price: ModelPrice, usage: TokenUsage): bigint {
  const fresh = Math.max(0, usage.inputTokens - usage.cachedTokens - usage.cacheWriteTokens);
  // NOTE: without a price of its own, reasoning is part of the output, and only what is reported so.
  const thought = price.reasoning === undefined ? 0 : usage.reasoningTokens;
  const said = Math.max(0, usage.outputTokens - thought);
  return (
    whole(fresh) * BigInt(price.input) +
    whole(usage.cachedTokens) * BigInt(price.cached) +
    whole(usage.cacheWriteTokens) * BigInt(price.cacheWrite) +
    whole(said) * BigInt(price.output) +
    whole(thought) * BigInt(price.reasoning ?? 0)
  );
}

/** In PARTS of a micro-dollar; amounts may be fractions and are taken to the millionth. */
function priceOfUnits({ perUnit }: ModelPrice, units: Units | null): bigint {
  const price = units && perUnit?.[units.unit];
  if (!units || !price || !Number.isFinite(units.amount)) return 0n;
  const millionths = whole(Math.min(units.amount, MOST) * 1e6);
  return (millionths * BigInt(price) * (PARTS / A_MILLION)) / LOTS[units.unit];
}

/** Nothing counted is negative or a fraction, whatever a platform reports. */
function whole(value: number): bigint {
  return Number.isFinite(value) ? BigInt(Math.max(0, Math.round(value))) : 0n;
}
