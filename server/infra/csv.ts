const LINE_END = '\r\n';

/** One line of a CSV file as RFC 4180 wants it; texts that a spreadsheet would run are made harmless. */
export function csvLine(cells: readonly (string | number | boolean | null)[]): string {
  return `${cells.map(cell).join(',')}${LINE_END}`;
}

function cell(value: string | number | boolean | null): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  // NOTE: a spreadsheet would run a text that begins like a formula (owasp.org, CSV Injection).
  const text = /^[=+\-@\t\r\n＝＋－＠]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
