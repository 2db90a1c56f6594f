import type { Relayed } from '../exchange.ts';

export type RememberDeps = Record<never, never>;

/** Keeps an answer that the client may refer to later. */
export async function remember(_deps: RememberDeps, _relayed: Relayed): Promise<void> {}
