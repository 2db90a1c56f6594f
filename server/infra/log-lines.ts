const LEVELS: Record<number, string> = {
  10: 'trace',
  20: 'debug',
  30: 'info ',
  40: 'warn ',
  50: 'ERROR',
  60: 'FATAL',
};
type Line = { time?: number; level?: number; msg?: unknown; err?: unknown };

const SKIP = new Set(['level', 'time', 'msg', 'err', 'pid', 'hostname']);

/** One JSON log record as a line for a person: `12:00:01 info  listening port=3000`. */
export function humanLine(json: string): string {
  const record = parse(json);
  if (!record) return json;
  const time = new Date(record.time ?? 0).toTimeString().slice(0, 8);
  const level = LEVELS[record.level ?? 30] ?? String(record.level);
  const fields = Object.entries(record)
    .filter(([name]) => !SKIP.has(name))
    .map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('');
  return `${time} ${level} ${record.msg ?? ''}${fields}${errorLines(record.err)}\n`;
}

function errorLines(err: unknown, lead = ''): string {
  if (typeof err !== 'object' || err === null) return '';
  const { stack, message, cause } = err as { stack?: string; message?: string; cause?: unknown };
  return `\n  ${lead}${stack ?? message ?? JSON.stringify(err)}${errorLines(cause, 'because ')}`;
}

function parse(json: string): Line | undefined {
  try {
    return JSON.parse(json) as Line;
  } catch {
    return undefined;
  }
}
