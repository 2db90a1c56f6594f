import type { Me } from '#shared/schemas/sessions.ts';
import type { UsageDetail, UsageExportQuery } from '#shared/schemas/usage.ts';
import type { Clock } from '../../infra/clock.ts';
import { csvLine } from '../../infra/csv.ts';
import { listByWindows } from './list-windows.ts';
import type { UsageDetailRow, UsageQuery } from './usage.repo.ts';
import { toDetail } from './usage.views.ts';
import { NO_ID, queryOf } from './usage-query.ts';

/** Records read at once: all that is in memory of an export. */
const PAGE = 2_000;

export type ExportDeps = {
  page(query: UsageQuery): Promise<UsageDetailRow[]>;
  clock: Pick<Clock, 'now'>;
};

/** The columns of an export, in order: what a record's details show. */
const COLUMNS: readonly (readonly [
  string,
  (row: UsageDetail) => string | number | boolean | null,
])[] = [
  ['id', (row) => row.id],
  ['created_at', (row) => row.createdAt],
  ['user', (row) => row.userName],
  ['key', (row) => row.keyName],
  ['door', (row) => row.door],
  ['operation', (row) => row.operation],
  ['model', (row) => row.model],
  ['platform', (row) => row.platformId],
  ['upstream_model', (row) => row.upstreamModel],
  ['account', (row) => row.accountName],
  ['stream', (row) => row.stream],
  ['outcome', (row) => row.outcome],
  ['status', (row) => row.status],
  ['error', (row) => row.error],
  ['attempts', (row) => row.attempts],
  ['input_tokens', (row) => row.inputTokens],
  ['cached_tokens', (row) => row.cachedTokens],
  ['cache_write_tokens', (row) => row.cacheWriteTokens],
  ['output_tokens', (row) => row.outputTokens],
  ['reasoning_tokens', (row) => row.reasoningTokens],
  ['unit', (row) => row.units?.unit ?? null],
  ['units', (row) => row.units?.amount ?? null],
  ['estimated', (row) => row.estimated],
  ['cost_micro_usd', (row) => row.cost],
  ['latency_ms', (row) => row.latencyMs],
  ['first_token_ms', (row) => row.firstTokenMs],
];

/**
 * Everything a person may see that fits the filters, newest first, as text of many lines at a time.
 * It reads on when the text was taken, so an export needs no more memory however long it is. What is
 * recorded after it began is left out.
 */
export async function* exportLines(
  { page, clock }: ExportDeps,
  me: Me,
  { format, ...filter }: UsageExportQuery,
): AsyncGenerator<string> {
  const write = format === 'csv' ? toCsv : toJson;
  if (format === 'csv') yield csvLine(COLUMNS.map(([name]) => name));
  const asked = queryOf(me, filter);
  const query: UsageQuery = { ...asked, to: asked.to ?? new Date(clock.now() + 1), limit: PAGE };
  for (;;) {
    const { rows, searchedTo } = await listByWindows({ list: page, clock }, query);
    if (rows.length > 0) yield rows.map((row) => write(toDetail(row, me))).join('');
    const last = rows.length < PAGE ? undefined : rows.at(-1);
    if (last) query.before = { createdAt: last.created_at, id: last.id };
    else if (searchedTo) query.before = { createdAt: searchedTo, id: NO_ID };
    else return;
  }
}

function toJson(row: UsageDetail): string {
  return `${JSON.stringify(Object.fromEntries(COLUMNS.map(([name, value]) => [name, value(row)])))}\n`;
}

function toCsv(row: UsageDetail): string {
  return csvLine(COLUMNS.map(([, value]) => value(row)));
}
