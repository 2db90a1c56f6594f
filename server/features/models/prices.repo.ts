import { isDeepStrictEqual } from 'node:util';
import { type Db, type Tx, withTx } from '../../infra/prisma/client.ts';
import type { Prisma } from '../../infra/prisma/generated/client.ts';
import { notify } from '../../infra/prisma/notify.ts';
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
    set(modelId: string, dated: DatedPrice): Promise<boolean> {
      return withTx(db, async (tx) => {
        if ((await tx.model.count({ where: { id: modelId } })) === 0) return false;
        await writePrice(tx, modelId, dated);
        await notify(tx, 'models', [modelId]);
        return true;
      });
    },

    /** Returns false when there is no price from that time on. */
    delete(modelId: string, from: Date): Promise<boolean> {
      return withTx(db, async (tx) => {
        const gone = await tx.modelPrice.deleteMany({ where: { modelId, validFrom: from } });
        if (gone.count > 0) await notify(tx, 'models', [modelId]);
        return gone.count > 0;
      });
    },
  };
}
export type PricesRepo = ReturnType<typeof createPricesRepo>;
