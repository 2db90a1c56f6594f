import type { ImportResult, Refusal } from '#shared/schemas/users-bulk.ts';

/** What became of an import as CSV: whom, with their link, or why not. */
export function toResultFile(
  rows: ImportResult['rows'],
  origin: string,
  wordsOf: (reason: Refusal) => string,
): string {
  const lines = rows.map(({ invite, reason, username }) =>
    [
      username,
      invite ? new URL(invite.path, origin).href : '',
      invite?.expiresAt ?? '',
      reason === null ? '' : wordsOf(reason),
    ].map(cell),
  );
  return [['username', 'invite_link', 'expires_at', 'problem'], ...lines]
    .map((cells) => `${cells.join(',')}\r\n`)
    .join('');
}

/** NOTE: a spreadsheet would run a text that begins like a formula. */
function cell(value: string): string {
  const text = /^[=+\-@\t\r\n＝＋－＠]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
