import type { Asked, Known } from '../exchange.ts';
import type { ResponseStore } from '../ports.ts';
import type { ArrivedCall } from '../protocols/protocol.ts';

export type UnderstandDeps = { responses: ResponseStore };

/**
 * Reads the body by its own words alone: what it refers to is looked up once limits are held. Throws
 * AppError bad_request or body_too_large.
 */
export async function understand({ responses }: UnderstandDeps, known: Known): Promise<Asked> {
  const { keeping } = known.speaks;
  const call: ArrivedCall = {
    ...known.call,
    body: await known.readBody(),
    ...(keeping && !responses.keeps && { shown: { store: false } }),
  };
  const request = known.speaks.read(call);
  return Object.assign(known, {
    call,
    request: keeping ? { ...request, store: request.store && responses.keeps } : request,
  });
}
