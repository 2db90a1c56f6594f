import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../../config/config.ts';
import { nameOf, SEALED_COLUMNS } from './sealed-columns.ts';

const known = new Set(SEALED_COLUMNS.map(nameOf));
const read = (path: string) => readFileSync(join(projectRoot, path), 'utf8');

test('every column of the schema that says it is sealed is in the list', () => {
  const said = [...read('prisma/schema.prisma').matchAll(/sealed with \((\w+), ([^,]+),/gi)];
  const columns = said.flatMap(([, table, names = '']) =>
    names.split(' or ').map((column) => `${table}.${column}`),
  );
  expect(columns.length).toBeGreaterThan(7);
  expect(columns.filter((column) => !known.has(column))).toEqual([]);
});

test('every place that the code seals for is in the list, and every file that seals names one', () => {
  const files = globSync('server/**/*.ts', { cwd: projectRoot }).filter(
    (path) => !/\.test\.ts$|\/testing\/|\/generated\//.test(path),
  );
  const places = files.flatMap((path) =>
    [...read(path).matchAll(/table: '(\w+)',\s*column: '(\w+)'/g)].map(
      ([, table, column]) => `${table}.${column}`,
    ),
  );
  // The ring's own canaries are renewed by making another key current.
  const missing = places.filter((place) => !known.has(place) && place !== 'settings.keyRing');
  expect(missing).toEqual([]);
  expect(places.length).toBeGreaterThan(9);
});

test('every column of the list is one of the schema, by its primary key', () => {
  const models = read('prisma/schema.prisma').split(/^model /m);
  for (const { column, ids, table } of SEALED_COLUMNS) {
    const model = models.find((text) => text.includes(`@@map("${table}")`)) ?? '';
    const has = (name: string) =>
      new RegExp(`^\\s+${name}\\s|@map\\("${name}"\\)`, 'm').test(model);
    expect([table, column, has(column)]).toEqual([table, column, true]);
    for (const [id] of ids) expect([table, id, has(id)]).toEqual([table, id, true]);
  }
});
