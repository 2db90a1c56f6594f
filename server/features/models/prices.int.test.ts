import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ModelView, PriceHistory } from '#shared/schemas/models.ts';
import { newId } from '../../infra/ids.ts';
import { refusalBattery } from '../../testing/refusals.ts';
import { type SupplyConsole, startSupplyConsole } from '../../testing/supply-console.ts';

type Person = Awaited<ReturnType<SupplyConsole['signedIn']>>;

const DAY = 86_400_000;

let h: SupplyConsole;
let admin: Person;
beforeAll(async () => {
  h = await startSupplyConsole();
  admin = await h.signedIn('admin');
});
afterAll(() => h[Symbol.asyncDispose]());

let made = 0;

async function created(price: object | null): Promise<ModelView> {
  const name = `priced-${++made}`;
  const routes = [{ platform: 'lab', model: 'tiny' }];
  const answer = await admin.browser.mutate('models.create', { name, routes, price });
  if (answer.error) throw new Error(answer.text);
  return answer.data as ModelView;
}

const later = (ms: number) => new Date(h.clock.now() + ms).toISOString();
const set = (input: object) => admin.browser.mutate('models.setPrice', input);
const remove = (input: object) => admin.browser.mutate('models.deletePrice', input);
const history = async (id: string) =>
  (await admin.browser.query('models.priceHistory', { id })).data as PriceHistory;
const short = (entries: PriceHistory) =>
  entries.map(({ price, state }) => [state, price?.input ?? null]);

const consoleOf = { console: () => h.console };
refusalBattery('models.priceHistory', {
  ...consoleOf,
  call: (b) => b.query('models.priceHistory', { id: newId() }),
});
refusalBattery('models.setPrice', {
  ...consoleOf,
  call: (b) => b.mutate('models.setPrice', { id: newId(), price: null }),
});
refusalBattery('models.deletePrice', {
  ...consoleOf,
  call: (b) => b.mutate('models.deletePrice', { id: newId(), from: later(DAY) }),
});

describe('a price from a date', () => {
  test('counts from then on, without anybody doing anything', async () => {
    const { id, name } = await created({ input: 1, output: 2 });
    const from = later(DAY);
    const planned = { input: 3, output: 4, reasoning: 2, perRequest: 0.001, perMinute: 0.006 };
    expect((await set({ id, from, price: planned })).error).toBeUndefined();
    const [view] = ((await admin.browser.query('models.list')).data as ModelView[]).filter(
      (model) => model.id === id,
    );
    expect(view).toMatchObject({ price: { input: 1 }, nextPrice: { from, price: planned } });
    expect(h.catalogue.find(name)?.price).toMatchObject({ input: 1_000_000 });
    const before = h.clock.now();
    h.clock.advance(DAY);
    expect(h.catalogue.find(name)?.price).toEqual({
      input: 3_000_000,
      cached: 3_000_000,
      cacheWrite: 3_000_000,
      output: 4_000_000,
      reasoning: 2_000_000,
      perRequest: 1_000,
      perUnit: { second: 6_000 },
    });
    expect(h.catalogue.list().find((model) => model.name === name)?.price?.input).toBe(3_000_000);
    // A request that arrived before is charged by the price of its arrival.
    expect(h.catalogue.find(name, before)?.price?.input).toBe(1_000_000);
    expect(short(await history(id))).toEqual([
      ['current', 3],
      ['past', 1],
    ]);
  });

  test('can be none: from then on the cost is unknown', async () => {
    const { id, name } = await created({ input: 1, output: 2 });
    await set({ id, from: later(1_000), price: null });
    h.clock.advance(1_000);
    expect(h.catalogue.find(name)?.price).toBeNull();
  });

  test('begins now unless a time is given, and never in the past', async () => {
    const { id } = await created(null);
    expect((await set({ id, price: { input: 5, output: 5 } })).error).toBeUndefined();
    expect(short(await history(id))).toEqual([['current', 5]]);
    const { error } = await set({ id, from: later(-DAY), price: { input: 6, output: 6 } });
    expect(error?.data).toMatchObject({ appCode: 'bad_request', param: 'from' });
    expect(short(await history(id))).toEqual([['current', 5]]);
  });

  test('can be taken back until it begins', async () => {
    const { id } = await created({ input: 1, output: 2 });
    const from = later(DAY);
    await set({ id, from, price: { input: 9, output: 9 } });
    expect(short((await remove({ id, from })).data as PriceHistory)).toEqual([['current', 1]]);
    expect((await remove({ id, from })).error?.data.appCode).toBe('not_found');
    const [current] = await history(id);
    const begun = await remove({ id, from: current?.from });
    expect(begun.error?.data).toMatchObject({ appCode: 'conflict', param: 'from' });
  });

  test('of a model that is gone is not found', async () => {
    const id = newId();
    expect((await set({ id, price: null })).error?.data.appCode).toBe('not_found');
    const asked = await admin.browser.query('models.priceHistory', { id });
    expect(asked.error?.data.appCode).toBe('not_found');
  });
});

describe('models.update', () => {
  test('plans a price for later with everything else, and refuses a past one', async () => {
    const { id } = await created({ input: 1, output: 2 });
    const update = (more: object) => admin.browser.mutate('models.update', { id, ...more });
    const price = { input: 7, output: 7 };
    const answer = await update({ enabled: false, price, priceFrom: later(DAY) });
    expect(answer.data).toMatchObject({
      enabled: false,
      price: { input: 1 },
      nextPrice: { price },
    });
    const { error } = await update({ enabled: true, price, priceFrom: later(-DAY) });
    expect(error?.data).toMatchObject({ appCode: 'bad_request', param: 'priceFrom' });
    expect(short(await history(id))).toEqual([
      ['planned', 7],
      ['current', 1],
    ]);
  });

  test('adds to the history only when the price is another one', async () => {
    const { id } = await created({ input: 1, output: 2 });
    const update = (price: object | null) => admin.browser.mutate('models.update', { id, price });
    h.clock.advance(1_000);
    await update({ input: 1, output: 2 });
    expect(await history(id)).toHaveLength(1);
    await update({ input: 1, output: 2, cached: 0 });
    h.clock.advance(1_000);
    await update(null);
    expect(short(await history(id))).toEqual([
      ['current', null],
      ['past', 1],
      ['past', 1],
    ]);
  });
});
