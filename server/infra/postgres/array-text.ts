/**
 * Arrays as PostgreSQL writes them, for parameters of many rows. The driver would quote and search
 * every element, which takes longer than the rest of a statement.
 * Source: https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 */

export function arrayText(values: readonly (string | number | boolean | null)[]): string {
  let text = '';
  for (const value of values) {
    if (text !== '') text += ',';
    text += typeof value === 'string' ? quoted(value) : (value ?? 'NULL');
  }
  return `{${text}}`;
}

const SPECIAL = /["\\]/g;

function quoted(value: string): string {
  return `"${value.includes('"') || value.includes('\\') ? value.replace(SPECIAL, '\\$&') : value}"`;
}
