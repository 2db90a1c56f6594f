import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CatalogueFile } from '#server/platforms/catalogue/schema.ts';
import {
  compare,
  describe as inWords,
  readPriceList,
  updateCatalogue,
} from './update-catalogue.ts';

const entry = (platform: string, model: string, price: object | null) => ({
  platform,
  model,
  kind: 'chat',
  context: null,
  maxOutput: null,
  capabilities: [],
  price,
  source: 'https://maker.example/prices',
});

const CATALOGUE = {
  date: '2026-01-01',
  rates: { CNY: { perDollar: 7, date: '2026-01-01', source: 'https://rates.example' } },
  models: [
    entry('openai', 'gpt', { currency: 'USD', input: 2, cached: 0.2, output: 10 }),
    entry('claude', 'claude-x', { currency: 'USD', input: 3, cacheWrite: 3.75, output: 15 }),
    entry('gemini', 'gemini-x', null),
    entry('openai', 'gone', { currency: 'USD', input: 1, output: 1 }),
    entry('qwen', 'qwen-x', { currency: 'CNY', input: 12, output: 36 }),
  ],
};

// Form: https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json
const LIST = {
  sample_spec: { litellm_provider: 'one of …', input_cost_per_token: 0, mode: 'chat' },
  gpt: {
    litellm_provider: 'openai',
    mode: 'chat',
    input_cost_per_token: 2e-6,
    cache_read_input_token_cost: 1e-7,
    output_cost_per_token: 1e-5,
  },
  'azure/gpt': {
    litellm_provider: 'azure',
    input_cost_per_token: 9e-6,
    output_cost_per_token: 9e-5,
  },
  'claude-x': {
    litellm_provider: 'anthropic',
    input_cost_per_token: 3e-6,
    output_cost_per_token: 1.5e-5,
  },
  'gemini/gemini-x': {
    litellm_provider: 'gemini',
    input_cost_per_token: 7.5e-7,
    output_cost_per_token: 3.75e-6,
  },
  'dashscope/qwen-x': {
    litellm_provider: 'dashscope',
    input_cost_per_token: 1e-6,
    output_cost_per_token: 1e-6,
  },
  broken: { litellm_provider: 'openai', input_cost_per_token: 'free' },
};

let folder: string;
let file: string;
let said: string[];
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'catalogue-'));
  file = path.join(folder, 'catalogue.json');
  await writeFile(file, JSON.stringify(CATALOGUE));
  said = [];
});
afterEach(() => rm(folder, { recursive: true }));

const run = (place: string, more: { write?: boolean; source?: string } = {}) =>
  updateCatalogue({
    place,
    write: more.write ?? false,
    source: more.source ?? null,
    file,
    date: '2026-11-22',
    say: (line) => said.push(line),
  });
const written = async () => CatalogueFile.parse(JSON.parse(await readFile(file, 'utf8')));

/** A server on loopback that answers everything alike. */
async function serve(status: number, body: string) {
  const server = createServer((_req, res) => void res.writeHead(status).end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/prices.json`;
  return {
    url,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

describe('a price list', () => {
  test('is compared in dollars, and what it leaves unsaid is no difference', () => {
    const list = readPriceList(JSON.stringify(LIST));
    const { changes, same, left } = compare(CatalogueFile.parse(CATALOGUE), list);
    expect(changes.map(inWords)).toEqual([
      'openai gpt: cached 0.2 → 0.1',
      'gemini gemini-x: input – → 0.75, output – → 3.75',
    ]);
    expect(same).toBe(1);
    expect(left).toEqual(['openai gone', 'qwen qwen-x']);
  });

  test.each(['', 'no JSON', '[]', '{}', '{"a":{"mode":"chat"}}'])('%j is none', (text) => {
    expect(() => readPriceList(text)).toThrow();
  });
});

describe('the update', () => {
  test('without --write shows the differences and leaves the file alone', async () => {
    await using list = await serve(200, JSON.stringify(LIST));
    await run(list.url);
    expect(said[0]).toBe('openai gpt: cached 0.2 → 0.1');
    expect(said).toContain('2 differ, 1 agree, 2 are not in the list or in yuan.');
    expect(await readFile(file, 'utf8')).toBe(JSON.stringify(CATALOGUE));
  });

  test('with --write takes them over, dated and with their source', async () => {
    await using list = await serve(200, JSON.stringify(LIST));
    await run(list.url, { write: true, source: 'https://list.example/prices.json' });
    const { date, models } = await written();
    expect(date).toBe('2026-11-22');
    expect(models.map(({ source }) => source.split('/')[2])).toEqual([
      'list.example',
      'maker.example',
      'list.example',
      'maker.example',
      'maker.example',
    ]);
    expect(models[0]?.price).toEqual({ currency: 'USD', input: 2, cached: 0.1, output: 10 });
    expect(models[1]?.price).toMatchObject({ cacheWrite: 3.75 });
    expect(models[4]?.price).toEqual({ currency: 'CNY', input: 12, output: 36 });
  });

  test('writes nothing that names no published source', async () => {
    const local = path.join(folder, 'list.json');
    await writeFile(local, JSON.stringify(LIST));
    await expect(run(local, { write: true })).rejects.toThrow('--source');
    await run(local, { write: true, source: 'https://list.example' });
    expect((await written()).date).toBe('2026-11-22');
  });

  test('says what is wrong with an address', async () => {
    await using list = await serve(404, 'no');
    await expect(run(list.url)).rejects.toThrow('answered 404');
    await expect(run(path.join(folder, 'none.json'))).rejects.toThrow('none.json');
  });
});
