import { z } from 'zod';
import { DollarsPerMillion } from '#shared/schemas/common.ts';

/*
 * The bundled catalogue of models: what catalogue.json holds. Prices are as their maker publishes
 * them, in the maker's currency and per million tokens; they become dollars when they are read.
 */

const Day = z.iso.date();

/** A price in the currency its maker names. Cached input and written cache cost like other input unless named. */
const ListPrice = z.strictObject({
  currency: z.enum(['USD', 'CNY']),
  input: DollarsPerMillion,
  cached: DollarsPerMillion.optional(),
  cacheWrite: DollarsPerMillion.optional(),
  output: DollarsPerMillion,
});
export type ListPrice = z.infer<typeof ListPrice>;

const Entry = z.strictObject({
  /** Id of a built-in platform. */
  platform: z.string().min(1),
  /** The platform's own name for it. */
  model: z.string().min(1).max(200),
  kind: z.enum(['chat', 'embeddings', 'rerank']),
  /** Tokens of a prompt and its answer together; null = its maker does not say. */
  context: z.int().positive().nullable(),
  /** Most tokens of an answer; null = its maker does not say. */
  maxOutput: z.int().positive().nullable(),
  capabilities: z.array(z.enum(['images', 'audio', 'tools', 'reasoning'])),
  /** Null = no price that we could check. */
  price: ListPrice.nullable(),
  /** What the figures leave out, in words for people. */
  note: z.string().min(1).optional(),
  /** The page on which its maker says so. */
  source: z.url({ protocol: /^https$/ }),
});
export type CatalogueEntry = z.infer<typeof Entry>;

/** A rate of exchange: how many units of the currency a dollar buys, on which day, according to whom. */
const Rate = z.strictObject({
  perDollar: z.number().positive(),
  date: Day,
  source: z.url({ protocol: /^https$/ }),
});

export const CatalogueFile = z
  .strictObject({
    /** The day on which it was last compared with its sources. */
    date: Day,
    rates: z.strictObject({ CNY: Rate }),
    models: z.array(Entry).min(1),
  })
  .superRefine(({ models }, context) => {
    const seen = new Set<string>();
    for (const [index, { platform, model }] of models.entries()) {
      const name = `${platform} ${model}`;
      if (seen.has(name)) {
        context.addIssue({
          code: 'custom',
          path: ['models', index],
          message: `${name} is there twice`,
        });
      }
      seen.add(name);
    }
  });
export type CatalogueFile = z.infer<typeof CatalogueFile>;
