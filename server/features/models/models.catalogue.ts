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
  let models: readonly CatalogueModel[] = [];
  let byName = new Map<string, CatalogueModel>();
  const stops: (() => void)[] = [];

  const reloader = createReloader({
    async load() {
      models = (await repo.all()).filter((row) => row.enabled).map(toCatalogueModel);
      byName = new Map(models.map((model) => [model.name, model]));
    },
    clock,
    onError,
  });
  const reload = () => reloader.reload(null);
  const heard = () => void reload().catch(() => undefined);

  return {
    find: (name) => byName.get(name),
    list: () => models,
    firstModelOn(platformId) {
      for (const model of models) {
        const route = model.routes.find((candidate) => candidate.platformId === platformId);
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

function toCatalogueModel(row: ModelRow): CatalogueModel {
  return {
    name: row.name,
    routes: row.routes,
    price: row.price && toModelPrice(row.price),
    createdAt: Math.floor(row.createdAt.getTime() / 1000),
  };
}
