import { type DestinationStream, destination, type Logger, type LoggerOptions, pino } from 'pino';
import { humanLine } from './log-lines.ts';
import { redact } from './log-redact.ts';

export type Log = Logger;
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
export type LogOptions = { level: LogLevel; destination?: DestinationStream };

/**
 * The process's log: JSON lines, or lines for a person when stdout is a terminal. Secrets are hidden
 * by field name at every depth and by shape inside texts (see log-redact.ts), errors keep their causes.
 */
export function createLog(options: LogOptions): Log {
  const settings: LoggerOptions = {
    level: options.level,
    base: null,
    formatters: { log: (fields) => redact(fields) as Record<string, unknown> },
    // NOTE: errors are plain objects by then; pino's own serializer would take them for errors again.
    serializers: { err: (err: unknown) => err, msg: (msg: unknown) => redact(msg) },
  };
  const log = pino(settings, options.destination ?? standardOut());
  const child = log.child;
  // pino formats the bindings of children only when each child asks for it, so they pass here.
  return Object.assign(log, {
    child(this: Log, bindings: object, more?: object) {
      return child.call(this, redact(bindings) as Record<string, unknown>, more);
    },
  });
}

function standardOut(): DestinationStream {
  if (!process.stdout.isTTY) return destination({ fd: 1, sync: true });
  return { write: (line) => void process.stdout.write(humanLine(line)) };
}
