import { isDeepStrictEqual } from 'node:util';
import { type Db, type Tx, withTx } from '../../infra/prisma/client.ts';
import type { Prisma } from '../../infra/prisma/generated/client.ts';
import { notify } from '../../infra/prisma/notify.ts';
import type { Noting } from '../audit/index.ts';
import { type DatedPrice, priceAt, priceColumns, priceOfColumns } from './price.ts';

/** A model's prices as Prisma reads them. */
export const PRICES = {
  select: {
    validFrom: true,
    input: true,
    cached: true,
    cacheWrite: true,
    output: true,
    reasoning: true,
    perRequest: true,
    perImage: true,
    perMinute: true,
    perMillionCharacters: true,
    perThousandSearches: true,
  },
  orderBy: { validFrom: 'desc' },
} as const satisfies Prisma.Model$pricesArgs;

type PriceRow = Prisma.ModelPriceGetPayload<Pick<typeof PRICES, 'select'>>;

export function toDatedPrice({ validFrom, ...columns }: PriceRow): DatedPrice {
  return { from: validFrom, price: priceOfColumns(columns) };
}

/** Sets what a model costs from a time on. */
export async function writePrice(tx: Tx, modelId: string, { from, price }: DatedPrice) {
  const columns = priceColumns(price);
  await tx.modelPrice.upsert({
    where: { modelId_validFrom: { modelId, validFrom: from } },
    create: { modelId, validFrom: from, ...columns },
    update: columns,
  });
}

/** The same, unless it costs that already. */
export async function changePrice(tx: Tx, modelId: string, dated: DatedPrice): Promise<void> {
  const until = { modelId, validFrom: { lte: dated.from } };
  const [newest] = await tx.modelPrice.findMany({ ...PRICES, where: until, take: 1 });
  const before = newest ? priceAt([toDatedPrice(newest)], dated.from.getTime()) : null;
  if (!isDeepStrictEqual(before, dated.price)) await writePrice(tx, modelId, dated);
}

/** What a model costs from a time on; null = it costs nothing then. */
export type PricedModel = { id: string; name: string } & DatedPrice;

/** The model with what it costs at a time, as it is until `tx` ends. */
async function lock(tx: Tx, id: string, at: Date): Promise<PricedModel | null> {
  await tx.$queryRaw`SELECT 1 AS locked FROM models WHERE id = ${id}::uuid FOR UPDATE`;
  const select = { id: true, name: true, prices: PRICES } as const;
  const row = await tx.model.findUnique({ where: { id }, select });
  if (!row) return null;
  const prices = row.prices.map(toDatedPrice);
  const current = prices.find(({ from }) => from <= at);
  return { id, name: row.name, ...(current ?? { from: at, price: null }) };
}

/** What models cost, by date. Writers tell the replicas. */
export function createPricesRepo(db: Db) {
  return {
    /** Newest first; null = there is no such model. */
    async history(modelId: string): Promise<DatedPrice[] | null> {
      const row = await db.model.findUnique({
        where: { id: modelId },
        select: { prices: PRICES },
      });
      return row?.prices.map(toDatedPrice) ?? null;
    },

    /** Returns false when there is no such model. */
    set(modelId: string, dated: DatedPrice, noting: Noting<PricedModel>): Promise<boolean> {
      return withTx(db, async (tx) => {
        const before = await lock(tx, modelId, dated.from);
        if (!before) return false;
        await writePrice(tx, modelId, dated);
        await notify(tx, 'models', [modelId]);
        await noting(tx, before, { ...before, ...dated });
        return true;
      });
    },

    /** Returns false when there is no price from that time on. */
    delete(modelId: string, from: Date, noting: Noting<PricedModel>): Promise<boolean> {
      return withTx(db, async (tx) => {
        const before = await lock(tx, modelId, from);
        const gone = await tx.modelPrice.deleteMany({ where: { modelId, validFrom: from } });
        if (gone.count === 0) return false;
        await notify(tx, 'models', [modelId]);
        await noting(tx, before, await lock(tx, modelId, from));
        return true;
      });
    },
  };
}
export type PricesRepo = ReturnType<typeof createPricesRepo>;
