import type { UsersExportQuery, UserView } from '#shared/schemas/users.ts';
import { csvLine } from '../../infra/csv.ts';

type Value = string | number | boolean | null;

/** The first six are what an import reads. */
const COLUMNS: readonly (readonly [string, (user: UserView) => Value])[] = [
  ['username', (user) => user.username],
  ['display_name', (user) => user.displayName],
  ['email', (user) => user.email],
  ['role', (user) => user.role],
  ['trust_level', (user) => user.trustLevel],
  ['state', (user) => user.state],
  ['email_verified', (user) => user.emailVerified],
  ['has_password', (user) => user.hasPassword],
  ['authenticator_app', (user) => user.secondFactor],
  ['passkeys', (user) => user.passkeys],
  ['keys', (user) => user.keys],
  ['accounts', (user) => user.accounts],
  ['last_seen_at', (user) => user.lastSeenAt],
  ['created_at', (user) => user.createdAt],
  ['id', (user) => user.id],
];

/** People as CSV with a head, or a JSON object a line; nothing secret is among it. */
export async function* exportUsers(
  pages: AsyncGenerator<readonly UserView[]>,
  format: UsersExportQuery['format'],
): AsyncGenerator<string> {
  const write = format === 'csv' ? toCsv : toJson;
  if (format === 'csv') yield csvLine(COLUMNS.map(([name]) => name));
  for await (const page of pages) yield page.map(write).join('');
}

function toCsv(user: UserView): string {
  return csvLine(COLUMNS.map(([, value]) => value(user)));
}

function toJson(user: UserView): string {
  return `${JSON.stringify(Object.fromEntries(COLUMNS.map(([name, value]) => [name, value(user)])))}\n`;
}
