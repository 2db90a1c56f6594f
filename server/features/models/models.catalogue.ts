import type { CatalogueModel, ModelCatalogue } from '../../gateway/ports.ts';
import type { Clock } from '../../infra/clock.ts';
import { type Changes, createReloader } from '../../infra/reloader.ts';
import type { ModelRow } from './models.repo.ts';
import { toModelPrice } from './price.ts';

export type CatalogueDeps = {
  repo: { all(): Promise<ModelRow[]> };
  changes: Changes<'models'>;
  clock: Clock;
  onError(error: unknown): void;
};

export type Catalogue = ModelCatalogue & {
  /** The platform's name of the first enabled model that leads to it; null = no route does. */
  firstModelOn(platformId: string): string | null;
  /** Listens for changes and reads all models. Rejects like the database. */
  start(): Promise<void>;
  /** Reads them again; on failure keeps what it knew and tries again. */
  reload(): Promise<void>;
  close(): void;
};

/** The enabled models, in memory: what the request path and the model pickers ask. */
export function createModelCatalogue({ repo, changes, clock, onError }: CatalogueDeps): Catalogue {
  let models: readonly PricedModel[] = [];
  let byName = new Map<string, PricedModel>();
  const stops: (() => void)[] = [];

  const reloader = createReloader({
    async load() {
      models = (await repo.all()).filter((row) => row.enabled).map(toPricedModel);
      byName = new Map(models.map((model) => [model.name, model]));
    },
    clock,
    onError,
  });
  const reload = () => reloader.reload(null);
  const heard = () => void reload().catch(() => undefined);

  return {
    find(name, at = clock.now()) {
      const model = byName.get(name);
      return model && modelAt(model, at);
    },
    list() {
      const now = clock.now();
      return models.map((model) => modelAt(model, now));
    },
    firstModelOn(platformId) {
      for (const model of models) {
        const route = model.unpriced.routes.find(
          (candidate) => candidate.platformId === platformId,
        );
        if (route) return route.upstreamModel;
      }
      return null;
    },
    reload,
    start() {
      stops.push(changes.on('models', heard), changes.onGap(heard));
      return reload();
    },
    close() {
      for (const stop of stops.splice(0)) stop();
      reloader.close();
    },
  };
}

/** A model at each of its prices, newest first: choosing one costs a request next to nothing. */
type PricedModel = {
  name: string;
  priced: readonly { from: number; model: CatalogueModel }[];
  /** Before its first price. */
  unpriced: CatalogueModel;
};

function modelAt({ priced, unpriced }: PricedModel, at: number): CatalogueModel {
  return priced.find(({ from }) => from <= at)?.model ?? unpriced;
}

function toPricedModel(row: ModelRow): PricedModel {
  const unpriced: CatalogueModel = {
    name: row.name,
    routes: row.routes,
    price: null,
    createdAt: Math.floor(row.createdAt.getTime() / 1000),
  };
  const priced = row.prices.map(({ from, price }) => ({
    from: from.getTime(),
    model: price ? { ...unpriced, price: toModelPrice(price) } : unpriced,
  }));
  return { name: row.name, priced, unpriced };
}
