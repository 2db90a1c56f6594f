import { z } from 'zod';
import { Dollars, DollarsPerMillion, Id, Timestamp } from './common.ts';
import { PlatformId } from './platforms.ts';

export const ModelName = z
  .string()
  .trim()
  .min(1)
  .max(120)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:/@+-]*$/, 'letters, digits and . _ : / @ + - only');

export const RouteInput = z.object({
  platform: PlatformId,
  /** The platform's own name for the model. */
  model: z.string().trim().min(1).max(200),
  /** Share among routes; 0 = last resort. */
  weight: z.int().min(0).max(1_000).default(1),
  /** Lower ones are asked first; the weight counts among equals. */
  priority: z.int().min(0).max(100).default(0),
});
export type RouteInput = z.infer<typeof RouteInput>;

/**
 * In dollars: tokens by the million; `cached` (read from the cache) and `cacheWrite` default to the
 * input price, `reasoning` to the output price. What is left out of the others costs nothing.
 */
export const Price = z.object({
  input: DollarsPerMillion,
  cached: DollarsPerMillion.optional(),
  cacheWrite: DollarsPerMillion.optional(),
  output: DollarsPerMillion,
  /** Output tokens that the model spent on reasoning. */
  reasoning: DollarsPerMillion.optional(),
  /** Each answered request. */
  perRequest: Dollars.optional(),
  perImage: Dollars.optional(),
  /** A minute of sound, counted by the second. */
  perMinute: Dollars.optional(),
  perMillionCharacters: Dollars.optional(),
  perThousandSearches: Dollars.optional(),
});
export type Price = z.infer<typeof Price>;

export const ModelCreate = z.object({
  name: ModelName,
  enabled: z.boolean().default(true),
  routes: z.array(RouteInput).min(1).max(50),
  price: Price.nullable().default(null),
});
export type ModelCreate = z.infer<typeof ModelCreate>;

export const ModelUpdate = z.object({
  id: Id,
  name: ModelName.optional(),
  enabled: z.boolean().optional(),
  routes: z.array(RouteInput).min(1).max(50).optional(),
  price: Price.nullable().optional(),
  /** When the price begins; now unless given. */
  priceFrom: Timestamp.optional(),
});
export type ModelUpdate = z.infer<typeof ModelUpdate>;

export const ModelView = z.object({
  id: Id,
  name: z.string(),
  enabled: z.boolean(),
  routes: z.array(
    z.object({
      platform: z.string(),
      platformName: z.string(),
      model: z.string(),
      weight: z.int(),
      priority: z.int(),
      /** Accounts that could serve it now. */
      accounts: z.int(),
    }),
  ),
  price: Price.nullable(),
  /** The next change of the price that is planned; null = none. */
  nextPrice: z.object({ from: Timestamp, price: Price.nullable() }).nullable(),
  createdAt: Timestamp,
});
export type ModelView = z.infer<typeof ModelView>;

/** Sets what a model costs from a time on, now unless given; null = no price from then on. */
export const PriceSet = z.object({
  id: Id,
  from: Timestamp.optional(),
  price: Price.nullable(),
});
export type PriceSet = z.infer<typeof PriceSet>;

/** Takes a price back that has not begun. */
export const PriceDelete = z.object({ id: Id, from: Timestamp });
export type PriceDelete = z.infer<typeof PriceDelete>;

/** What a model cost, costs and will cost; newest first. */
export const PriceHistory = z.array(
  z.object({
    from: Timestamp,
    price: Price.nullable(),
    state: z.enum(['past', 'current', 'planned']),
  }),
);
export type PriceHistory = z.infer<typeof PriceHistory>;

/** A model the caller may ask for, whether or not an account can serve it now. */
export const AvailableModel = z.object({ name: z.string(), ready: z.boolean() });
export type AvailableModel = z.infer<typeof AvailableModel>;

/** Models worth creating: a platform has accounts, but no model leads to it yet. One click creates them. */
export const ModelSuggestion = z.object({
  platform: z.string(),
  platformName: z.string(),
  /** Ready for `models.create`, priced where the catalogue knows; names already taken are left out. */
  models: z.array(ModelCreate),
});
export type ModelSuggestion = z.infer<typeof ModelSuggestion>;

/** What models cost by the catalogue that came with the server, for a person to take over or not. */
export const CataloguePrices = z.object({
  /** The day on which the catalogue was last compared with its sources. */
  date: z.iso.date(),
  models: z.array(
    z.object({
      platform: z.string(),
      /** The platform's own name. */
      model: z.string(),
      price: Price,
      /** What the figures leave out, in English; null = nothing. */
      note: z.string().nullable(),
    }),
  ),
});
export type CataloguePrices = z.infer<typeof CataloguePrices>;
