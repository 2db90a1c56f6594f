import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type {
  AvailableModel,
  CataloguePrices,
  ModelSuggestion,
  ModelView,
} from '#shared/schemas/models.ts';
import { newId } from '../../infra/ids.ts';
import { cataloguePrice } from '../../platforms/catalogue/index.ts';
import type { Browser } from '../../testing/browser.ts';
import { refusalBattery } from '../../testing/refusals.ts';
import { type SupplyConsole, startSupplyConsole } from '../../testing/supply-console.ts';

type Person = Awaited<ReturnType<SupplyConsole['signedIn']>>;

let h: SupplyConsole;
let admin: Person;
let ada: Person;
let bob: Person;
beforeAll(async () => {
  h = await startSupplyConsole();
  admin = await h.signedIn('admin');
  ada = await h.signedIn('member');
  bob = await h.signedIn('member');
});
afterAll(() => h[Symbol.asyncDispose]());

let made = 0;
const lab = { platform: 'lab', model: 'tiny', weight: 1 };

function create(browser: Browser, more: Record<string, unknown> = {}) {
  return browser.mutate('models.create', { name: `model-${++made}`, routes: [lab], ...more });
}

async function created(more: Record<string, unknown> = {}): Promise<ModelView> {
  const answer = await create(admin.browser, more);
  if (answer.error) throw new Error(answer.text);
  return answer.data as ModelView;
}

const update = (input: Record<string, unknown>) => admin.browser.mutate('models.update', input);

async function addAccount(person: Person, more: Record<string, unknown> = {}) {
  const input = { platformId: 'lab', name: `account ${++made}`, ...more };
  const answer = await person.browser.mutate('accounts.create', input);
  if (answer.error) throw new Error(answer.text);
  return answer.data as { id: string };
}

const consoleOf = { console: () => h.console };
refusalBattery('models.list', { ...consoleOf, call: (b) => b.query('models.list') });
refusalBattery('models.available', { ...consoleOf, call: (b) => b.query('models.available') });
refusalBattery('models.prices', { ...consoleOf, call: (b) => b.query('models.prices') });
refusalBattery('models.suggest', { ...consoleOf, call: (b) => b.query('models.suggest') });
refusalBattery('models.create', { ...consoleOf, call: create });
for (const procedure of ['update', 'delete']) {
  refusalBattery(`models.${procedure}`, {
    ...consoleOf,
    call: (b) => b.mutate(`models.${procedure}`, { id: newId() }),
  });
}

describe('models.create', () => {
  test('stores routes in their order and the price to the micro-dollar', async () => {
    const routes = [
      { platform: 'sandbox', model: 'sandbox-echo', weight: 0 },
      { ...lab, weight: 5 },
      { platform: 'openai', model: 'gpt-5.6-sol', weight: 1 },
    ];
    const price = { input: 0.15, cached: 0.0375, cacheWrite: 0.1875, output: 0.6 };
    const model = await created({ name: 'gpt/Lab:1', routes, price });
    expect(model).toMatchObject({ name: 'gpt/Lab:1', enabled: true, price });
    expect(
      model.routes.map(({ platform, model: name, weight }) => ({ platform, model: name, weight })),
    ).toEqual(routes);
    expect(model.routes[1]?.platformName).toBe('Lab');
    const row = await h.db.modelPrice.findFirstOrThrow({ where: { modelId: model.id } });
    expect([row.input, row.cached, row.cacheWrite, row.output, row.reasoning]).toEqual([
      150_000n,
      37_500n,
      187_500n,
      600_000n,
      null,
    ]);
    expect(h.catalogue.find('gpt/Lab:1')).toMatchObject({
      price: { input: 150_000, cached: 37_500, cacheWrite: 187_500, output: 600_000 },
      routes: [{ platformId: 'sandbox' }, { platformId: 'lab', weight: 5 }, {}],
    });
  });

  test('charges cached tokens like others where no price for them is given', async () => {
    const model = await created({ price: { input: 2, output: 3 } });
    expect(model.price).toEqual({ input: 2, output: 3 });
    expect(h.catalogue.find(model.name)?.price?.cached).toBe(2_000_000);
    const free = await created();
    expect(free.price).toBeNull();
    expect(h.catalogue.find(free.name)?.price).toBeNull();
  });

  test('refuses a name that is taken, capitals counting', async () => {
    await created({ name: 'same' });
    const { error } = await create(admin.browser, { name: 'same' });
    expect(error?.data).toMatchObject({ appCode: 'conflict', param: 'name' });
    expect((await create(admin.browser, { name: 'Same' })).error).toBeUndefined();
  });

  test('refuses a route to a platform there is not, and names it', async () => {
    const routes = [lab, { platform: 'nowhere', model: 'x' }];
    const { error } = await create(admin.browser, { name: 'lost', routes });
    expect(error?.data).toMatchObject({ appCode: 'bad_request', param: 'routes[1].platform' });
    expect(h.catalogue.find('lost')).toBeUndefined();
  });

  test('refuses a route to a platform that another replica has just deleted, and writes nothing', async () => {
    await h.db.platform.create({
      data: { id: 'brief', name: 'Brief', protocol: 'openai-chat', baseUrl: 'https://b.example' },
    });
    await h.registry.reload();
    await h.db.platform.delete({ where: { id: 'brief' } });
    const { error } = await create(admin.browser, {
      name: 'half',
      routes: [lab, { platform: 'brief', model: 'x' }],
    });
    expect(error?.data).toMatchObject({ appCode: 'bad_request', param: 'routes[1].platform' });
    expect(await h.db.model.count({ where: { name: 'half' } })).toBe(0);
  });

  test.each([
    ['no routes', { routes: [] }],
    ['the same route twice', { routes: [lab, lab] }],
    ['a negative price', { price: { input: -1, output: 1 } }],
    ['a price past all bounds', { price: { input: 1e9, output: 1 } }],
    ['half a weight', { routes: [{ ...lab, weight: 0.5 }] }],
    ['a name with spaces', { name: 'two words' }],
  ])('refuses %s', async (_name, more) => {
    expect((await create(admin.browser, more)).error?.data.appCode).toBe('bad_request');
  });
});

describe('models.update', () => {
  test('changes what is named and leaves the rest', async () => {
    const model = await created({ price: { input: 1, output: 2 } });
    const { id } = model;
    expect((await update({ id, name: 'renamed' })).data).toEqual({ ...model, name: 'renamed' });
    expect((await update({ id, price: null })).data).toMatchObject({
      name: 'renamed',
      price: null,
    });
    expect(h.catalogue.find(model.name)).toBeUndefined();
    expect(h.catalogue.find('renamed')).toBeDefined();
  });

  test('replaces all routes, or none when one is wrong', async () => {
    const { id, name } = await created();
    const route = { platform: 'sandbox', model: 'sandbox-echo', weight: 2 };
    expect((await update({ id, routes: [route] })).data).toMatchObject({ routes: [route] });
    const { error } = await update({ id, routes: [lab, { platform: 'nowhere', model: 'x' }] });
    expect(error?.data.param).toBe('routes[1].platform');
    expect(h.catalogue.find(name)?.routes).toEqual([
      { platformId: 'sandbox', upstreamModel: 'sandbox-echo', weight: 2, priority: 0 },
    ]);
  });

  test('takes a disabled model off the list at once, and brings it back', async () => {
    const { id, name } = await created();
    await update({ id, enabled: false });
    expect(h.catalogue.find(name)).toBeUndefined();
    await update({ id, enabled: true });
    expect(h.catalogue.find(name)).toBeDefined();
  });

  test('refuses a taken name and a model that is not there', async () => {
    const { id } = await created();
    const other = await created();
    expect((await update({ id, name: other.name })).error?.data).toMatchObject({
      appCode: 'conflict',
      param: 'name',
    });
    expect((await update({ id: newId(), name: 'x1' })).error?.data.appCode).toBe('not_found');
  });
});

test('models.delete forgets model and routes', async () => {
  const { id, name } = await created();
  expect((await admin.browser.mutate('models.delete', { id })).data).toBeNull();
  expect(h.catalogue.find(name)).toBeUndefined();
  expect(await h.db.route.count({ where: { modelId: id } })).toBe(0);
  const again = await admin.browser.mutate('models.delete', { id });
  expect(again.error?.data.appCode).toBe('not_found');
});

describe('which accounts can serve a model', () => {
  const available = async (person: Person, name: string) => {
    const list = (await person.browser.query('models.available')).data as AvailableModel[];
    return list.find((model) => model.name === name)?.ready;
  };
  const accounts = async (person: Person, id: string) => {
    const list = (await person.browser.query('models.list')).data as ModelView[];
    return list.find((model) => model.id === id)?.routes[0]?.accounts;
  };

  test('is told for the one who asks; an admin sees all', async () => {
    await h.db.platform.create({
      data: { id: 'own', name: 'Own', protocol: 'openai-chat', baseUrl: 'https://o.example' },
    });
    await h.registry.reload();
    const { id, name } = await created({ routes: [{ platform: 'own', model: 'x' }] });
    expect(await available(ada, name)).toBe(false);
    const account = await addAccount(ada, { platformId: 'own' });
    expect([await available(ada, name), await available(bob, name)]).toEqual([true, false]);
    expect([await accounts(ada, id), await accounts(bob, id), await accounts(admin, id)]).toEqual([
      1, 0, 1,
    ]);
    await ada.browser.mutate('accounts.update', { id: account.id, shared: true });
    expect(await available(bob, name)).toBe(true);
    await ada.browser.mutate('accounts.update', { id: account.id, enabled: false });
    expect([await available(ada, name), await available(bob, name)]).toEqual([false, false]);
  });

  test('leaves disabled models out', async () => {
    const { name } = await created({ enabled: false });
    expect(await available(admin, name)).toBeUndefined();
  });
});

describe('models.prices', () => {
  test('are those of the catalogue, with their day', async () => {
    const { data } = await admin.browser.query('models.prices');
    const { date, models } = data as CataloguePrices;
    expect(date).toMatch(/^2\d{3}-\d{2}-\d{2}$/);
    expect(models).toContainEqual(
      expect.objectContaining({ platform: 'zhipu', model: 'glm-5.3', price: expect.anything() }),
    );
  });
});

describe('models.suggest', () => {
  const suggest = async () =>
    (await admin.browser.query('models.suggest')).data as ModelSuggestion[];

  test('offers what platforms with accounts have and no model leads to, ready to be created', async () => {
    const has = async (platform: string) =>
      (await suggest()).find((suggestion) => suggestion.platform === platform);
    expect(await has('zhipu')).toBeUndefined();
    await addAccount(ada, { platformId: 'zhipu', apiKey: 'zhipu-key-000000' });
    expect((await has('zhipu'))?.models.map((model) => model.name)).toContain('glm-4.7');
    await created({ name: 'glm-4.7' });
    const offer = await has('zhipu');
    expect(offer?.platformName).toBe('Zhipu AI');
    expect(offer?.models.map((model) => model.name)).not.toContain('glm-4.7');
    const [first] = offer?.models ?? [];
    expect(first).toEqual({
      name: first?.name,
      enabled: true,
      routes: [{ platform: 'zhipu', model: first?.name, weight: 1, priority: 0 }],
      price: cataloguePrice('zhipu', 'glm-5.3'),
    });
    for (const model of offer?.models ?? []) {
      expect((await admin.browser.mutate('models.create', model)).error).toBeUndefined();
    }
    expect(await has('zhipu')).toBeUndefined();
  });
});
