import type { ServerResponse } from 'node:http';

/** What stands at a path of a JSON value; undefined where the path leads nowhere. */
export function at(json: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null) return undefined;
    return (value as Record<string, unknown>)[key];
  }, json);
}

/** The same where a list is expected; anything else is an empty one. */
export function list(json: unknown, ...path: string[]): unknown[] {
  const value = at(json, ...path);
  return Array.isArray(value) ? value : [];
}

/** The same where a text is expected; anything else is an empty one. */
export function str(json: unknown, ...path: string[]): string {
  const value = at(json, ...path);
  return typeof value === 'string' ? value : '';
}

export function sendJson(
  res: ServerResponse,
  status: number,
  json: object,
  headers: Record<string, string> = {},
): void {
  res.writeHead(status, { 'content-type': 'application/json', ...headers });
  res.end(JSON.stringify(json));
}

/** Sends events, each with its name if it has one; ends the stream unless told not to. */
export function sendEvents(
  res: ServerResponse,
  events: readonly object[],
  { named = false, end = '', open = false } = {},
): void {
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of events) {
    const name = named ? `event: ${str(event, 'type')}\n` : '';
    res.write(`${name}data: ${JSON.stringify(event)}\n\n`);
  }
  if (!open) res.end(end);
}

/** A text in two pieces. */
export function halves(text: string): [string, string] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
}
