import type { Asked, Known } from '../exchange.ts';

export type UnderstandDeps = Record<never, never>;

/** Reads the body. Throws AppError bad_request or body_too_large. */
export async function understand(_deps: UnderstandDeps, known: Known): Promise<Asked> {
  const body = await known.readBody();
  const request = known.speaks.read({ ...known.call, body });
  return Object.assign(known, { request, continues: null });
}
