import { afterAll, beforeAll, expect, test } from 'vitest';
import { MOST_VIEWS, type SavedView } from '#shared/schemas/vault-views.ts';
import { newId } from '../../infra/ids.ts';
import { startConsole, type TestConsole } from '../../testing/console.ts';
import { refusalBattery } from '../../testing/refusals.ts';
import { createViewsRepo } from './views.repo.ts';
import { createViewsService } from './views.service.ts';

const CONTENT = {
  look: { tag: 'eu', expiresWithin: 24, proxyId: null },
  columns: { order: ['bizId', 'tags'], hidden: ['tags'] },
  sort: { by: 'email', descending: false },
};

let console: TestConsole;
let ada: Awaited<ReturnType<TestConsole['signedIn']>>;
let ben: Awaited<ReturnType<TestConsole['signedIn']>>;

beforeAll(async () => {
  console = await startConsole({
    features: ({ db }) => ({
      vaultConsole: { views: createViewsService(createViewsRepo(db)) } as never,
    }),
  });
  ada = await console.signedIn('admin');
  ben = await console.signedIn('member');
});
afterAll(() => console?.[Symbol.asyncDispose]());

const create = (who: typeof ada, input: object) =>
  who.browser.mutate('vault.createView', { content: CONTENT, ...input });
const views = async (who: typeof ada) =>
  (await who.browser.query('vault.views')).data as SavedView[];

test('a view is there in every browser of its person, and in nobody else’s', async () => {
  const made = await create(ada, { name: '  Ends soon ' });
  expect(made.data).toMatchObject({ name: 'Ends soon', isDefault: false, content: CONTENT });
  expect(await views(ada)).toEqual([made.data]);
  expect(await views(ben)).toEqual([]);
  const { id } = made.data as SavedView;
  for (const [path, input] of [
    ['vault.updateView', { id, name: 'mine now' }],
    ['vault.deleteView', { id }],
  ] as const) {
    expect((await ben.browser.mutate(path, input)).error?.data.appCode).toBe('not_found');
  }
  await ada.browser.mutate('vault.updateView', { id, name: 'Soon' });
  expect((await views(ada)).map(({ name }) => name)).toEqual(['Soon']);
  await ada.browser.mutate('vault.deleteView', { id });
  expect(await views(ada)).toEqual([]);
});

test('one view is the default at most, however many are made so at once', async () => {
  const zoe = await console.signedIn('member');
  await Promise.all(['a', 'b', 'c'].map((name) => create(zoe, { name, isDefault: true })));
  expect((await views(zoe)).filter(({ isDefault }) => isDefault)).toHaveLength(1);
  const id = (await views(zoe)).find(({ isDefault }) => !isDefault)?.id;
  await zoe.browser.mutate('vault.updateView', { id, isDefault: true });
  expect((await views(zoe)).filter(({ isDefault }) => isDefault).map((view) => view.id)).toEqual([
    id,
  ]);
  await zoe.browser.mutate('vault.updateView', { id, isDefault: false });
  expect((await views(zoe)).some(({ isDefault }) => isDefault)).toBe(false);
});

test('a taken name, one too many and content that makes no sense are refused', async () => {
  const zoe = await console.signedIn('member');
  await create(zoe, { name: 'one' });
  const second = (await create(zoe, { name: 'two' })).data as SavedView;
  expect((await create(zoe, { name: 'one' })).error?.data.param).toBe('name');
  const renamed = await zoe.browser.mutate('vault.updateView', { id: second.id, name: 'one' });
  expect(renamed.error?.data).toMatchObject({ appCode: 'conflict', param: 'name' });
  const sort = { by: 'password', descending: true };
  const odd = await create(zoe, { name: 'odd', content: { ...CONTENT, sort } });
  expect(odd.error?.data.appCode).toBe('bad_request');
  await console.db.vaultSavedView.createMany({
    data: Array.from({ length: MOST_VIEWS - 2 }, (_, n) => ({
      ...{ id: newId(), userId: zoe.id, name: `view ${n}`, content: {} },
    })),
  });
  expect((await create(zoe, { name: 'last' })).error?.data.appCode).toBe('conflict');
});

test('content that this version does not understand is seen as everything', async () => {
  const zoe = await console.signedIn('member');
  await console.db.vaultSavedView.create({
    data: { id: newId(), userId: zoe.id, name: 'old', content: { look: { tag: 7 } } },
  });
  expect((await views(zoe))[0]?.content.look).toEqual({});
});

const ID = newId();
refusalBattery('vault.views', {
  console: () => console,
  call: (browser) => browser.query('vault.views'),
});
refusalBattery('vault.createView', {
  console: () => console,
  call: (browser) => browser.mutate('vault.createView', { name: 'x', content: CONTENT }),
});
refusalBattery('vault.updateView', {
  console: () => console,
  call: (browser) => browser.mutate('vault.updateView', { id: ID, name: 'x' }),
});
refusalBattery('vault.deleteView', {
  console: () => console,
  call: (browser) => browser.mutate('vault.deleteView', { id: ID }),
});
