import type { AuditExportQuery } from '#shared/schemas/audit.ts';
import { csvLine } from '../../infra/csv.ts';
import { canonicalJson, type Linked } from './chain.ts';

/** Rows read at once: all that is in memory of an export. */
const PAGE = 1_000;

const COLUMNS: readonly (readonly [string, (row: Linked) => string | null])[] = [
  ['seq', (row) => row.seq.toString()],
  ['at', (row) => row.at.toISOString()],
  ['actor_id', (row) => row.actorId],
  ['actor', (row) => row.actorName],
  ['action', (row) => row.action],
  ['target_kind', (row) => row.targetKind],
  ['target_id', (row) => row.targetId],
  ['target', (row) => row.targetName],
  ['change', (row) => canonicalJson(row.change)],
  ['address', (row) => row.address],
  ['request_id', (row) => row.requestId],
  ['hash', (row) => row.hash],
];

type Page = { before: bigint | null; limit: number };

/**
 * Rows of `list`, newest first, as CSV or a JSON object a line. Everything the hash is made of is
 * there, so the chain of an export without filters can be checked anywhere.
 */
export async function* exportLines(
  list: (page: Page) => Promise<Linked[]>,
  format: AuditExportQuery['format'],
): AsyncGenerator<string> {
  const write = format === 'csv' ? toCsv : toJson;
  if (format === 'csv') yield csvLine(COLUMNS.map(([name]) => name));
  for (let before: bigint | null = null; ; ) {
    const rows = await list({ before, limit: PAGE });
    const last = rows.at(-1);
    if (!last) return;
    yield rows.map(write).join('');
    before = last.seq;
  }
}

function toCsv(row: Linked): string {
  return csvLine(COLUMNS.map(([, value]) => value(row)));
}

function toJson(row: Linked): string {
  const members = COLUMNS.map(([name, value]) => [name, value(row)] as const);
  return `${JSON.stringify({ ...Object.fromEntries(members), change: row.change })}\n`;
}
