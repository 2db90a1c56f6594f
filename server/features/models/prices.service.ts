import { AppError } from '#shared/errors.ts';
import type { PriceDelete, PriceHistory, PriceSet } from '#shared/schemas/models.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Actor, Audit, Told } from '../audit/index.ts';
import type { Catalogue } from './models.catalogue.ts';
import { type DatedPrice, toPriceView, toStoredPrice } from './price.ts';
import type { PricedModel, PricesRepo } from './prices.repo.ts';

/** How far the clocks of a browser and of ours may differ. */
const CLOCK_SKEW_MS = 60_000;

export type PricesDeps = {
  repo: PricesRepo;
  catalogue: Pick<Catalogue, 'reload'>;
  audit: Pick<Audit, 'noting'>;
  clock: Pick<Clock, 'now'>;
};
export type PricesService = ReturnType<typeof createPricesService>;

/** What models cost from which day on. Requests keep the cost of the price at their arrival. */
export function createPricesService({ audit, catalogue, clock, repo }: PricesDeps) {
  /** Throws not_found. */
  async function history(id: string): Promise<PriceHistory> {
    const prices = await repo.history(id);
    if (!prices) throw noModel();
    return toHistory(prices, clock.now());
  }

  return {
    history,

    /** Throws not_found, and bad_request for a time that is past: what was answered has its cost. */
    async set(actor: Actor, { id, from, price }: PriceSet): Promise<PriceHistory> {
      const stored = price && toStoredPrice(price);
      const dated = { from: beginOf(from, clock.now(), 'from'), price: stored };
      const noting = audit.noting(actor, 'models.setPrice', { tell });
      if (!(await repo.set(id, dated, noting))) throw noModel();
      await catalogue.reload();
      return history(id);
    },

    /** Throws not_found, and conflict for a price that has begun. */
    async delete(actor: Actor, { id, from }: PriceDelete): Promise<PriceHistory> {
      if (Date.parse(from) <= clock.now()) {
        throw new AppError(
          'conflict',
          'This price has begun, and requests were charged by it. Set another one from now on.',
          { param: 'from' },
        );
      }
      const noting = audit.noting(actor, 'models.deletePrice', { tell });
      if (!(await repo.delete(id, new Date(from), noting))) {
        throw new AppError('not_found', 'There is no price planned for that time any more.', {
          param: 'from',
        });
      }
      await catalogue.reload();
      return history(id);
    },
  };
}

function tell({ from, id, name, price }: PricedModel): Told {
  const facts = { from, price: price && toPriceView(price) };
  return { target: { kind: 'model', id, name }, facts };
}

/** `prices` newest first. */
function toHistory(prices: readonly DatedPrice[], now: number): PriceHistory {
  const current = prices.find(({ from }) => from.getTime() <= now);
  return prices.map((dated) => ({
    from: dated.from.toISOString(),
    price: dated.price && toPriceView(dated.price),
    state: dated === current ? 'current' : dated.from.getTime() > now ? 'planned' : 'past',
  }));
}

/**
 * When a price begins: now (epoch ms) unless a time is given. Throws bad_request about `param` for one
 * that is past.
 */
export function beginOf(from: string | undefined, now: number, param: string): Date {
  const at = from === undefined ? now : Date.parse(from);
  if (at >= now - CLOCK_SKEW_MS) return new Date(Math.max(at, now));
  throw new AppError(
    'bad_request',
    'A price begins now or later: requests that were answered keep their cost.',
    { param },
  );
}

function noModel(): AppError {
  return new AppError('not_found', 'This model does not exist; it may have been deleted.', {
    param: 'id',
  });
}
