import { ByKeyId } from '#shared/schemas/key-ring.ts';
import { allowedTo, router } from '../../trpc/init.ts';
import { type Actor, by } from '../audit/index.ts';
import { type Proven, requireRecentProof } from '../sessions/index.ts';
import type { KeyRingService } from './key-ring.service.ts';

const writes = allowedTo('key-ring.write');

/** Whoever turns the ring has proved a moment ago who they are. */
function proven(actor: Actor & Proven) {
  requireRecentProof(actor);
  return by(actor, actor.me);
}

export function createKeyRingRouter(keyRing: KeyRingService) {
  return router({
    status: writes.query(() => keyRing.status()),
    add: writes.mutation(({ ctx }) => keyRing.add(proven(ctx))),
    use: writes.input(ByKeyId).mutation(({ ctx, input }) => keyRing.use(proven(ctx), input.id)),
    reseal: writes.mutation(({ ctx }) => keyRing.reseal(proven(ctx))),
    retire: writes
      .input(ByKeyId)
      .mutation(({ ctx, input }) => keyRing.retire(proven(ctx), input.id)),
  });
}
