import { newId } from '../../infra/ids.ts';
import { type Db, type Tx, withTx } from '../../infra/prisma/client.ts';
import { Prisma } from '../../infra/prisma/generated/client.ts';
import { notify } from '../../infra/prisma/notify.ts';
import { isBuiltIn } from '../../platforms/registry.ts';
import type { Noting } from '../audit/index.ts';
import { holdPlatforms } from '../platforms/index.ts';
import type { DatedPrice } from './price.ts';
import { changePrice, PRICES, toDatedPrice, writePrice } from './prices.repo.ts';

export type RouteRow = {
  platformId: string;
  upstreamModel: string;
  weight: number;
  priority: number;
};

export type ModelRow = {
  id: string;
  name: string;
  enabled: boolean;
  /** Newest first. */
  prices: DatedPrice[];
  routes: RouteRow[];
  createdAt: Date;
};

export type ModelChange = Partial<Omit<ModelRow, 'id' | 'createdAt' | 'prices'>> & {
  price?: DatedPrice;
};
export type NewModel = Omit<ModelRow, 'createdAt' | 'prices'> & { price: DatedPrice };

/** Why a model could not be written. `route` is the index of the route at fault. */
export type Refusal = { refused: 'name' } | { refused: 'platform'; route: number };

const SELECT = {
  id: true,
  name: true,
  enabled: true,
  createdAt: true,
  routes: {
    select: { platformId: true, upstreamModel: true, weight: true, priority: true },
    // Ids sort in the order they were made: that in which the routes were given.
    orderBy: { id: 'asc' },
  },
  prices: PRICES,
} as const satisfies Prisma.ModelSelect;

export type ModelsRepo = ReturnType<typeof createModelsRepo>;

/** Models with their routes. Writers replace all routes at once and tell the replicas. */
export function createModelsRepo(db: Db) {
  async function writeRoutes(tx: Tx, modelId: string, routes: readonly RouteRow[]) {
    const added = [...new Set(routes.map((route) => route.platformId))].filter(
      (id) => !isBuiltIn(id),
    );
    const there = await holdPlatforms(tx, added);
    const missing = routes.findIndex(
      ({ platformId }) => !isBuiltIn(platformId) && !there.has(platformId),
    );
    if (missing >= 0) throw new Refused({ refused: 'platform', route: missing });
    await tx.route.deleteMany({ where: { modelId } });
    await tx.route.createMany({
      data: routes.map((route) => ({ ...route, id: newId(), modelId })),
    });
  }

  return {
    async all(): Promise<ModelRow[]> {
      const rows = await db.model.findMany({ select: SELECT, orderBy: { name: 'asc' } });
      return rows.map(toRow);
    },

    find: (id: string): Promise<ModelRow | null> => find(db, id),

    create(row: NewModel, noting: Noting<ModelRow>): Promise<Refusal | null> {
      return refusable(() =>
        withTx(db, async (tx) => {
          const { id, name, enabled, price } = row;
          await tx.model.create({ data: { id, name, enabled } });
          if (price.price) await writePrice(tx, id, price);
          await writeRoutes(tx, row.id, row.routes);
          await notify(tx, 'models', [row.id]);
          await noting(tx, null, await find(tx, row.id));
          return null;
        }),
      );
    },

    /** Resolves with 'absent' when there is none of that id. */
    update(
      id: string,
      change: ModelChange,
      noting: Noting<ModelRow>,
    ): Promise<Refusal | 'absent' | null> {
      return refusable(() =>
        withTx(db, async (tx) => {
          const { routes, price, ...columns } = change;
          const before = await lock(tx, id);
          if (!before) return 'absent' as const;
          await tx.model.update({ where: { id }, data: { ...columns, updatedAt: new Date() } });
          if (routes) await writeRoutes(tx, id, routes);
          if (price) await changePrice(tx, id, price);
          await notify(tx, 'models', [id]);
          await noting(tx, before, await find(tx, id));
          return null;
        }),
      );
    },

    /** Returns false when there is none of that id. */
    delete(id: string, noting: Noting<ModelRow>): Promise<boolean> {
      return withTx(db, async (tx) => {
        const before = await lock(tx, id);
        if (!before) return false;
        await tx.model.delete({ where: { id } });
        await notify(tx, 'models', [id]);
        await noting(tx, before, null);
        return true;
      });
    },
  };
}

async function find(client: Db | Tx, id: string): Promise<ModelRow | null> {
  const row = await client.model.findUnique({ where: { id }, select: SELECT });
  return row && toRow(row);
}

/** The row as it is until `tx` ends: two writers replace its routes one after the other. */
async function lock(tx: Tx, id: string): Promise<ModelRow | null> {
  await tx.$queryRaw`SELECT 1 AS locked FROM models WHERE id = ${id}::uuid FOR UPDATE`;
  return find(tx, id);
}

class Refused extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super('the model cannot be written');
    this.refusal = refusal;
  }
}

async function refusable<Result>(write: () => Promise<Result>): Promise<Result | Refusal> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    // P2002: the only unique column a person fills in is the name.
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') {
      return { refused: 'name' };
    }
    throw error;
  }
}

type Columns = Prisma.ModelGetPayload<{ select: typeof SELECT }>;

function toRow({ prices, ...row }: Columns): ModelRow {
  return { ...row, prices: prices.map(toDatedPrice) };
}
