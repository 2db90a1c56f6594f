import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveConsole } from './console.ts';
import { createServer } from './create-server.ts';

let dist: string;
let url: string;
let close: () => Promise<unknown>;

beforeAll(async () => {
  dist = await mkdtemp(join(tmpdir(), 'console-'));
  await mkdir(join(dist, 'assets'));
  await writeFile(join(dist, 'index.html'), '<title>Gatehouse</title>');
  await writeFile(join(dist, 'favicon.svg'), '<svg/>');
  await writeFile(join(dist, 'assets/app-1a2b.js'), 'start();');
  await writeFile(join(dist, '../beside.txt'), 'not for you');
  const app = express();
  app.use(serveConsole(dist));
  app.use((_req, res) => void res.status(404).json({ error: 'nothing here' }));
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () => new Promise((resolve) => server.close(resolve));
});

afterAll(async () => {
  await close();
  await rm(dist, { recursive: true });
  await rm(join(dist, '../beside.txt'));
});

const get = async (path: string, init: RequestInit = {}) => {
  const res = await fetch(url + path, init);
  return [res.status, res.headers.get('cache-control'), await res.text()];
};

test('hashed files are kept for good, the rest is asked for again', async () => {
  expect(await get('/assets/app-1a2b.js')).toEqual([
    200,
    'public, max-age=31536000, immutable',
    'start();',
  ]);
  expect(await get('/favicon.svg')).toEqual([200, 'no-cache', '<svg/>']);
});

test('every address a person may open gets the page', async () => {
  for (const path of ['/', '/usage?id=7', '/a/b/c', '/sandbox.v2']) {
    expect(await get(path)).toEqual([200, 'no-cache', '<title>Gatehouse</title>']);
  }
});

test('a script of an earlier build is missing, not a page', async () => {
  expect((await get('/assets/app-0000.js'))[0]).toBe(404);
  // The list of files is not read once and for all: a new build needs no restart.
  await writeFile(join(dist, 'assets/later-3c4d.js'), 'later();');
  expect((await get('/assets/later-3c4d.js'))[2]).toBe('later();');
  await rm(join(dist, 'assets/later-3c4d.js'));
  expect((await get('/assets/later-3c4d.js'))[0]).toBe(404);
});

test('nothing outside the folder is served, and only reading is answered', async () => {
  for (const path of ['/..%2fbeside.txt', '/assets/..%2f..%2fbeside.txt', '/%2e%2e/beside.txt']) {
    expect(String((await get(path))[2])).not.toContain('not for you');
  }
  expect((await get('/', { method: 'POST' }))[0]).toBe(404);
  expect((await get('//v1/models'))[0]).toBe(404);
});
