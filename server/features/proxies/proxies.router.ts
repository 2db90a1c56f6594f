import { ById } from '#shared/schemas/common.ts';
import { ProxyCreate, ProxyImport, ProxyMove, ProxyUpdate } from '#shared/schemas/proxies.ts';
import { allowedTo, router } from '../../trpc/init.ts';
import type { ProxiesService } from './proxies.service.ts';

const reads = allowedTo('vault.read');
const writes = allowedTo('vault.write');

export function createProxiesRouter(service: ProxiesService) {
  return router({
    list: reads.query(() => service.list()),
    users: reads.input(ById).query(({ input }) => service.users(input.id)),
    create: writes.input(ProxyCreate).mutation(({ ctx, input }) => service.create(ctx, input)),
    update: writes.input(ProxyUpdate).mutation(({ ctx, input }) => service.update(ctx, input)),
    delete: writes.input(ById).mutation(({ ctx, input }) => service.delete(ctx, input.id)),
    importList: writes
      .input(ProxyImport)
      .mutation(({ ctx, input }) => service.importList(ctx, input)),
    check: writes.input(ById).mutation(({ input }) => service.check(input.id)),
    previewMove: writes.input(ProxyMove).query(({ input }) => service.previewMove(input)),
    move: writes.input(ProxyMove).mutation(({ ctx, input }) => service.move(ctx, input)),
  });
}
