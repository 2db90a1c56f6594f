import type { IncomingMessage } from 'node:http';

/** Whether a hop may be believed; `place` counts from us, 0 is whoever is connected. */
export type TrustsHop = (address: string, place: number) => boolean;

/**
 * The caller's address behind the proxies that are trusted: Express's rule for `req.ip`, for requests
 * that Express never sees. Each trusted hop is asked whom it had before it, the nearest first.
 */
export function callerAddress(req: IncomingMessage, trusts: TrustsHop): string {
  const seen = req.socket.remoteAddress ?? '';
  const header = req.headers['x-forwarded-for'];
  if (header === undefined) return seen;
  const told = [header]
    .flat()
    .join(',')
    .split(',')
    .map((entry) => entry.trim());
  const hops = [seen, ...told.filter(Boolean).reverse()];
  return hops.find((hop, place) => !trusts(hop, place)) ?? hops.at(-1) ?? seen;
}
