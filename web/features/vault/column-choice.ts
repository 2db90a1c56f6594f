import { z } from 'zod';

/** Columns of the list in their usual order; those after `more` are hidden until somebody wants them. */
export const COLUMNS = [
  'number',
  'bizId',
  'email',
  'userName',
  'plan',
  'state',
  'result',
  'accessToken',
  'refreshed',
  'next',
  'tags',
  'owner',
  'platform',
  'name',
  'refreshToken',
  'previous',
  'enabled',
  'autoRefresh',
  'proxy',
  'client',
  'memo',
  'userInfo',
  'accountInfo',
  'created',
] as const;
export type ColumnId = (typeof COLUMNS)[number];

const HIDDEN: readonly ColumnId[] = ['name', 'previous', 'enabled', 'userInfo', 'accountInfo'];

/** Which columns are shown, and in which order. */
export type ColumnChoice = { order: readonly ColumnId[]; hidden: readonly ColumnId[] };
export const USUAL: ColumnChoice = { order: COLUMNS, hidden: HIDDEN };

const Column = z.enum(COLUMNS);
const Kept = z.object({ order: z.array(z.string()), hidden: z.array(z.string()) });

/** A choice as it was kept: columns that are gone are dropped, new ones are where they usually are. */
export function readChoice(kept: unknown): ColumnChoice {
  const found = Kept.safeParse(kept);
  if (!found.success) return USUAL;
  const known = (ids: readonly string[]) =>
    [...new Set(ids)].flatMap((id) => Column.safeParse(id).data ?? []);
  const order = known(found.data.order);
  const added = COLUMNS.filter((id) => !order.includes(id));
  const hidden = known(found.data.hidden);
  return {
    order: [...order, ...added],
    hidden: [...hidden, ...added.filter((id) => HIDDEN.includes(id))],
  };
}

/** The columns that are shown. The business id always is: it names the row. */
export function shownOf({ hidden, order }: ColumnChoice): ColumnId[] {
  return order.filter((id) => id === 'bizId' || !hidden.includes(id));
}

/** Moves a column one place; past the ends nothing happens. */
export function moved(choice: ColumnChoice, id: ColumnId, by: 1 | -1): ColumnChoice {
  const order = [...choice.order];
  const at = order.indexOf(id);
  const other = order[at + by];
  if (at < 0 || other === undefined) return choice;
  order[at + by] = id;
  order[at] = other;
  return { ...choice, order };
}

/** Shows or hides a column. */
export function toggled(choice: ColumnChoice, id: ColumnId): ColumnChoice {
  const hidden = choice.hidden.includes(id)
    ? choice.hidden.filter((each) => each !== id)
    : [...choice.hidden, id];
  return { ...choice, hidden };
}

const KEPT = 'gatehouse.vault.columns';

/** The choice that was kept on this device. */
export function keptChoice(): ColumnChoice {
  try {
    return readChoice(JSON.parse(localStorage.getItem(KEPT) ?? 'null'));
  } catch {
    return USUAL;
  }
}

/** Keeps a choice on this device. */
export function keepChoice(choice: ColumnChoice): void {
  try {
    localStorage.setItem(KEPT, JSON.stringify(choice));
  } catch {
    // Storage may be forbidden; the choice then lasts until the page is closed.
  }
}
