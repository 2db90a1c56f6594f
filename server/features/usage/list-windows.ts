import type { Clock } from '../../infra/clock.ts';
import type { UsageQuery } from './usage.repo.ts';

const DAY = 86_400_000;
/** A search that found too little in this time tells how far it came, and is gone on with when asked. */
const MOST_MS = 120;
/** After a look as quick as this, the next one goes further back. */
const QUICK_MS = 30;
/** Past this many days it is no longer worth cutting the time up. */
const MOST_DAYS = 1_000;

export type ListDeps<Row> = {
  list(query: UsageQuery): Promise<Row[]>;
  clock: Pick<Clock, 'now'>;
};

/** `searchedTo` is where a search that was given up stands; null = there is nothing further back. */
export type Found<Row> = { rows: Row[]; searchedTo: Date | null };

/**
 * The newest records that fit, looked for from the end backwards, a day first and then more: the
 * first page of a long history is read from its last partitions only, and a filter that fits almost
 * nothing is given up in time.
 */
export async function listByWindows<Row>(
  { list, clock }: ListDeps<Row>,
  query: UsageQuery,
): Promise<Found<Row>> {
  const begun = clock.now();
  const rows: Row[] = [];
  let { to, before } = query;
  const ends = [before?.createdAt, to].flatMap((time) => (time ? [time.getTime()] : []));
  let end = ends.length > 0 ? Math.min(...ends) : begun;
  for (let days = 1; ; ) {
    const last =
      days > MOST_DAYS || end - days * DAY <= (query.from?.getTime() ?? Number.NEGATIVE_INFINITY);
    const from = last ? query.from : new Date(end - days * DAY);
    const looked = clock.now();
    rows.push(...(await list({ ...query, from, to, before, limit: query.limit - rows.length })));
    if (last || rows.length >= query.limit) return { rows, searchedTo: null };
    if (clock.now() - begun > MOST_MS) return { rows, searchedTo: from ?? null };
    if (clock.now() - looked < QUICK_MS) days *= 4;
    to = from;
    before = undefined;
    end = from?.getTime() ?? end;
  }
}
