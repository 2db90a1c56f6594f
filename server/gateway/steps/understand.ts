import type { Asked, Known } from '../exchange.ts';

/** Reads the body. Throws AppError bad_request or body_too_large. */
export async function understand(known: Known): Promise<Asked> {
  const request = known.protocol.readRequest(await known.readBody());
  return Object.assign(known, { request });
}
