import { expect, test } from 'vitest';
import { COLUMNS, moved, readChoice, shownOf, toggled, USUAL } from './column-choice.ts';
import { batchFilterOf, countOf, filterOf } from './look.ts';
import { gridOf } from './month.ts';
import { NONE, selectionOf, toggle } from './selection.ts';
import { rowAfter } from './use-list-keys.ts';
import { differs } from './use-list-view.ts';

const NOW = Date.parse('2026-03-10T12:00:00Z');

test('spans are counted from now, days are whole ones here, and what is empty asks for nothing', () => {
  const filter = filterOf({ bizId: '', tag: 'a', expiresWithin: 24, createdTo: '2026-03-01' }, NOW);
  expect(filter).toEqual({
    tag: 'a',
    expiresBefore: '2026-03-11T12:00:00.000Z',
    createdBefore: new Date(2026, 2, 2).toISOString(),
  });
});

test('a day of the calendar is a filter of the list, and of no batch', () => {
  const day = { what: 'refreshes', day: '2026-03-31' } as const;
  expect(filterOf({ day }, NOW)).toEqual({
    refreshFrom: new Date(2026, 2, 31).toISOString(),
    refreshBefore: new Date(2026, 3, 1).toISOString(),
  });
  expect(batchFilterOf({ day }, NOW)).toBeNull();
  expect(batchFilterOf({ enabled: false }, NOW)).toEqual({ filter: { enabled: false } });
});

test('an account without a proxy is looked for by null, which counts as a filter', () => {
  expect(filterOf({ proxyId: null }, NOW)).toEqual({ proxyId: null });
  expect(countOf({ proxyId: null, email: '' })).toBe(1);
});

test('columns that were kept lose what is gone and gain what is new', () => {
  const choice = readChoice({
    order: ['tags', 'gone', 'tags', 'bizId'],
    hidden: ['email', 'gone'],
  });
  expect(choice.order.slice(0, 2)).toEqual(['tags', 'bizId']);
  expect(choice.order).toHaveLength(COLUMNS.length);
  expect(choice.hidden).toContain('email');
  expect(readChoice('nonsense')).toBe(USUAL);
});

test('columns are moved one place and hidden, but for the business id', () => {
  expect(moved(USUAL, 'bizId', -1).order.slice(0, 2)).toEqual(['bizId', 'number']);
  expect(moved(USUAL, 'number', -1)).toBe(USUAL);
  expect(shownOf(toggled(USUAL, 'bizId'))).toContain('bizId');
  expect(shownOf(toggled(USUAL, 'email'))).not.toContain('email');
});

test('a row taken from all that fit leaves the others that are loaded', () => {
  const all = { all: true, ids: new Set<string>() };
  expect(selectionOf(toggle(all, 'b', ['a', 'b', 'c']), null)).toEqual({ ids: ['a', 'c'] });
  expect(selectionOf(all, { filter: {} })).toEqual({ filter: {} });
  expect(selectionOf(NONE, { filter: {} })).toBeNull();
});

test('keys lead no further than the first and the last row', () => {
  expect(rowAfter('ArrowUp', 0, 5)).toBe(0);
  expect(rowAfter('PageDown', 1, 5)).toBe(4);
  expect(rowAfter('End', -1, 5)).toBe(4);
  expect(rowAfter('ArrowDown', 0, 0)).toBeNull();
  expect(rowAfter('x', 0, 5)).toBeNull();
});

test('a month begins on its Monday and has whole weeks, over the end of a year, too', () => {
  const grid = gridOf(2026, 12);
  expect(grid[0]).toEqual({ day: '2026-12-28', outside: true });
  expect(grid[4]).toEqual({ day: '2027-01-01', outside: false });
  expect(grid.length % 7).toBe(0);
});

test('a view differs once a filter, the columns or the order do, and not by what is empty', () => {
  const content = {
    look: { tag: 'eu', proxyId: null },
    columns: { order: ['bizId', 'tags'], hidden: ['memo', 'gone'] },
    sort: { by: 'email', descending: false },
  } as const;
  const view = {
    ...{ id: 'v', name: 'eu', isDefault: false },
    content: { ...content, columns: { order: ['bizId', 'tags'], hidden: ['memo', 'gone'] } },
  };
  const choice = readChoice(content.columns);
  const now = {
    ...{ look: { proxyId: null, tag: 'eu', email: undefined }, sort: view.content.sort },
    columns: { order: [...choice.order], hidden: [...choice.hidden] },
  };
  expect(differs(view, now)).toBe(false);
  expect(differs(view, { ...now, look: { tag: 'eu' } })).toBe(true);
  expect(differs(view, { ...now, sort: { by: 'email', descending: true } })).toBe(true);
  const hidden = [...toggled(choice, 'plan').hidden];
  expect(differs(view, { ...now, columns: { ...now.columns, hidden } })).toBe(true);
});
