import { ById } from '#shared/schemas/common.ts';
import { LeaseListInput, SecretCreate, SecretUpdate } from '#shared/schemas/vault-secrets.ts';
import { allowedTo, memberProcedure, router } from '../../trpc/init.ts';
import type { LeasesService } from './leases.service.ts';
import type { SecretsService } from './secrets.service.ts';

export type VaultSecretsServices = { secrets: SecretsService; leases: LeasesService };

/** Procedures of the page of secrets, and of the log of leases. */
export function createVaultSecretsRouter({ leases, secrets }: VaultSecretsServices) {
  const keepers = allowedTo('vault.write');
  return router({
    list: allowedTo('vault.read').query(() => secrets.list()),
    create: keepers.input(SecretCreate).mutation(({ ctx, input }) => secrets.create(ctx, input)),
    update: keepers.input(SecretUpdate).mutation(({ ctx, input }) => secrets.update(ctx, input)),
    revoke: keepers.input(ById).mutation(({ ctx, input }) => secrets.revoke(ctx, input.id)),
    leases: memberProcedure
      .input(LeaseListInput)
      .query(({ ctx, input }) => leases.list(ctx.me, input)),
  });
}
