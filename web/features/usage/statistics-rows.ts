import i18next, { type TFunction } from 'i18next';
import type { Statistics, StatisticsBy } from '#shared/schemas/usage.ts';

export type StatisticsRow = Statistics['rows'][number];

/** What rows can be sorted by. */
export const SORTS = {
  name: null,
  requests: (row) => row.requests,
  errors: (row) => row.errors,
  input: (row) => row.inputTokens,
  cached: (row) => row.cachedTokens,
  output: (row) => row.outputTokens,
  cost: (row) => row.cost,
  median: (row) => row.latencyP50Ms ?? -1,
  p95: (row) => row.latencyP95Ms ?? -1,
  firstToken: (row) => row.firstTokenP50Ms ?? -1,
} as const satisfies Record<string, ((row: StatisticsRow) => number) | null>;
export type Sort = keyof typeof SORTS;

export function isSort(text: string | null): text is Sort {
  return text !== null && Object.hasOwn(SORTS, text);
}

/** Sorted by a figure or the name; what is equal stays in the order it came in. */
export function sortRows(
  rows: readonly StatisticsRow[],
  { by, descending }: { by: Sort; descending: boolean },
): StatisticsRow[] {
  const figure = SORTS[by];
  const sign = descending ? -1 : 1;
  return rows.toSorted((a, b) =>
    figure === null
      ? sign * (a.name ?? '').localeCompare(b.name ?? '', undefined, { numeric: true })
      : sign * (figure(a) - figure(b)),
  );
}

/** What a row is called: a name, a day or hour of the server's zone, or words for what has none. */
export function rowName(
  t: TFunction<'usage'>,
  { by, zone }: { by: StatisticsBy; zone: string },
  { id, name }: StatisticsRow,
): string {
  if (id !== null && (by === 'day' || by === 'hour')) return timeOf(id, by, zone);
  if (name !== null) return name;
  if (by === 'key') return t('playground');
  if (by === 'platform') return t('statistics.noPlatform');
  return by === 'account' ? t('statistics.noAccount') : '–';
}

function timeOf(iso: string, by: 'day' | 'hour', timeZone: string): string {
  const style = by === 'day' ? ({ dateStyle: 'full' } as const) : HOUR_STYLE;
  return new Intl.DateTimeFormat(i18next.language, { timeZone, ...style }).format(new Date(iso));
}
const HOUR_STYLE = { dateStyle: 'medium', timeStyle: 'short' } as const;
