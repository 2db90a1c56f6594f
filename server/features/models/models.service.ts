import { AppError } from '#shared/errors.ts';
import { can } from '#shared/permissions.ts';
import {
  type AvailableModel,
  type CataloguePrices,
  type ModelCreate,
  ModelName,
  type ModelSuggestion,
  type ModelUpdate,
  type ModelView,
  type Price,
  type RouteInput,
} from '#shared/schemas/models.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { Clock } from '../../infra/clock.ts';
import { cataloguePrice, cataloguePrices } from '../../platforms/catalogue/index.ts';
import type { Registry } from '../../platforms/registry.ts';
import type { ReadyAccounts } from '../accounts/index.ts';
import type { Actor, Audit, Told } from '../audit/index.ts';
import type { Catalogue } from './models.catalogue.ts';
import type { ModelRow, ModelsRepo, Refusal, RouteRow } from './models.repo.ts';
import { type DatedPrice, priceAt, toPriceView, toStoredPrice } from './price.ts';
import { beginOf } from './prices.service.ts';

export type ModelsDeps = {
  repo: ModelsRepo;
  catalogue: Pick<Catalogue, 'list' | 'reload'>;
  registry: Pick<Registry, 'find' | 'list'>;
  /** How many accounts of a platform could serve a person now. */
  ready: ReadyAccounts;
  /** Ids of the platforms that have an account, usable or not. */
  platformsWithAccounts(): Promise<readonly string[]>;
  audit: Pick<Audit, 'noting'>;
  clock: Pick<Clock, 'now'>;
  newId: () => string;
};

export type ModelsService = ReturnType<typeof createModelsService>;

/** Public models: names, routes and prices. Prices are dollars here and micro-dollars below. */
export function createModelsService(deps: ModelsDeps) {
  const { audit, repo, catalogue, registry, ready, clock, newId } = deps;

  function toView(me: Me, row: ModelRow): ModelView {
    const viewer = can(me, 'accounts.read') ? 'all' : { userId: me.id };
    const now = clock.now();
    const price = priceAt(row.prices, now);
    const next = row.prices.findLast(({ from }) => from.getTime() > now);
    return {
      id: row.id,
      name: row.name,
      enabled: row.enabled,
      routes: row.routes.map((route) => ({
        platform: route.platformId,
        platformName: registry.find(route.platformId)?.name ?? route.platformId,
        model: route.upstreamModel,
        weight: route.weight,
        priority: route.priority,
        accounts: ready(route.platformId, viewer),
      })),
      price: price && toPriceView(price),
      nextPrice: next
        ? { from: next.from.toISOString(), price: next.price && toPriceView(next.price) }
        : null,
      createdAt: row.createdAt.toISOString(),
    };
  }

  /** What it costs from a time on, this moment unless given. Throws bad_request for a past one. */
  function dated(price: Price | null, from?: string): DatedPrice {
    return {
      from: beginOf(from, clock.now(), 'priceFrom'),
      price: price && toStoredPrice(price),
    };
  }

  async function written(me: Me, id: string): Promise<ModelView> {
    await catalogue.reload();
    const row = await repo.find(id);
    if (!row) throw noModel();
    return toView(me, row);
  }

  /** The routes as stored; throws bad_request for an unknown platform or one route given twice. */
  function checkedRoutes(routes: readonly RouteInput[]): RouteRow[] {
    const seen = new Set<string>();
    for (const [index, { platform, model }] of routes.entries()) {
      if (!registry.find(platform)) throw unknownPlatform(index, platform);
      const pair = `${platform} ${model}`;
      if (seen.has(pair)) {
        const message = `The route to ${model} on ${platform} is there twice; give it once, with a higher weight.`;
        throw new AppError('bad_request', message, { param: `routes[${index}]` });
      }
      seen.add(pair);
    }
    return routes.map(({ platform, model, weight, priority }) => ({
      platformId: platform,
      upstreamModel: model,
      weight,
      priority,
    }));
  }

  return {
    /** Every model, by name, with how many accounts could serve the caller (an admin: anyone). */
    async list(me: Me): Promise<ModelView[]> {
      return (await repo.all()).map((row) => toView(me, row));
    },

    /** Throws conflict for a taken name and bad_request for a bad route. */
    async create(actor: Actor, input: ModelCreate): Promise<ModelView> {
      const id = newId();
      const { name, enabled } = input;
      const row = { id, name, enabled, routes: checkedRoutes(input.routes) };
      const noting = audit.noting(actor, 'models.create', { tell });
      const refusal = await repo.create({ ...row, price: dated(input.price) }, noting);
      if (refusal) throw refusalError(refusal, input);
      return written(actor.me, id);
    },

    /** Throws not_found, and like `create`. What is not named stays; the same price again changes nothing. */
    async update(actor: Actor, input: ModelUpdate): Promise<ModelView> {
      const { id, name, enabled, routes, price, priceFrom } = input;
      const change = {
        ...(name !== undefined && { name }),
        ...(enabled !== undefined && { enabled }),
        ...(routes && { routes: checkedRoutes(routes) }),
        ...(price !== undefined && { price: dated(price, priceFrom) }),
      };
      const refusal = await repo.update(id, change, audit.noting(actor, 'models.update', { tell }));
      if (refusal === 'absent') throw noModel();
      if (refusal) throw refusalError(refusal, input);
      return written(actor.me, id);
    },

    /** Throws not_found. */
    async delete(actor: Actor, id: string): Promise<null> {
      const noting = audit.noting(actor, 'models.delete', { tell });
      if (!(await repo.delete(id, noting))) throw noModel();
      await catalogue.reload();
      return null;
    },

    /** Enabled models; `ready` when an account could serve the caller this moment. */
    available(me: Me): AvailableModel[] {
      return catalogue.list().map(({ name, routes }) => ({
        name,
        ready: routes.some((route) => ready(route.platformId, { userId: me.id }) > 0),
      }));
    },

    /** What models cost by the bundled catalogue. */
    prices: (): CataloguePrices => cataloguePrices(),

    /** Models worth creating: those a platform with accounts offers and no model leads to yet. */
    async suggest(): Promise<ModelSuggestion[]> {
      const [models, withAccounts] = await Promise.all([repo.all(), deps.platformsWithAccounts()]);
      const names = new Set(models.map((model) => model.name));
      const routed = new Set(
        models.flatMap((row) => row.routes.map((to) => routeName(to.platformId, to.upstreamModel))),
      );
      const waiting = new Set(withAccounts);
      return registry
        .list()
        .filter((platform) => waiting.has(platform.id))
        .map((platform) => ({
          platform: platform.id,
          platformName: platform.name,
          models: platform.models
            .filter((model) => !names.has(model) && !routed.has(routeName(platform.id, model)))
            .filter((model) => ModelName.safeParse(model).success)
            .map((model) => proposal(platform.id, model)),
        }))
        .filter((suggestion) => suggestion.models.length > 0);
    },
  };
}

function tell({ enabled, id, name, prices, routes }: ModelRow): Told {
  const dated = prices.map(({ from, price }) => ({ from, ...(price && toPriceView(price)) }));
  return {
    target: { kind: 'model', id, name },
    facts: { name, enabled, routes, prices: dated },
  };
}

function routeName(platform: string, model: string): string {
  return `${platform} ${model}`;
}

function proposal(platform: string, model: string): ModelCreate {
  const price = cataloguePrice(platform, model);
  return {
    name: model,
    enabled: true,
    routes: [{ platform, model, weight: 1, priority: 0 }],
    price,
  };
}

function refusalError(refusal: Refusal, input: Pick<ModelUpdate, 'name' | 'routes'>): AppError {
  if (refusal.refused === 'platform') {
    return unknownPlatform(refusal.route, input.routes?.[refusal.route]?.platform ?? '');
  }
  const message = `There is a model "${input.name}" already; change that one or choose another name.`;
  return new AppError('conflict', message, { param: 'name' });
}

function unknownPlatform(index: number, platform: string): AppError {
  const message = `There is no platform "${platform}"; add it first, or pick one from the list.`;
  return new AppError('bad_request', message, { param: `routes[${index}].platform` });
}

function noModel(): AppError {
  return new AppError(
    'not_found',
    'This model does not exist; it may have been deleted meanwhile.',
    {
      param: 'id',
    },
  );
}
