import type { LeaseExportQuery, LeaseView } from '#shared/schemas/vault-secrets.ts';
import { csvLine } from '../../infra/csv.ts';

const COLUMNS: readonly (readonly [string, (row: LeaseView) => string | boolean | null])[] = [
  ['at', (row) => row.at],
  ['by', (row) => row.by],
  ['secret_id', (row) => row.secretId],
  ['address', (row) => row.address],
  ['biz_id', (row) => row.bizId],
  ['account_id', (row) => row.accountId],
  ['account', (row) => row.accountName],
  ['email', (row) => row.email],
  ['expires_at', (row) => row.expiresAt],
  ['refreshed', (row) => row.refreshed],
  ['id', (row) => row.id],
];

/** Pages of leases as CSV or a JSON object a line. */
export async function* leaseLines(
  pages: AsyncIterable<LeaseView[]>,
  format: LeaseExportQuery['format'],
): AsyncGenerator<string> {
  const write = format === 'csv' ? toCsv : toJson;
  if (format === 'csv') yield csvLine(COLUMNS.map(([name]) => name));
  for await (const rows of pages) yield rows.map(write).join('');
}

function toCsv(row: LeaseView): string {
  return csvLine(COLUMNS.map(([, value]) => value(row)));
}

function toJson(row: LeaseView): string {
  return `${JSON.stringify(Object.fromEntries(COLUMNS.map(([name, value]) => [name, value(row)])))}\n`;
}
