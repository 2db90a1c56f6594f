import { z } from 'zod';
import { ById } from '#shared/schemas/common.ts';
import {
  AssignApply,
  AssignAsk,
  VaultBatchStart,
  VaultCopy,
  VaultExport,
  VaultImport,
} from '#shared/schemas/vault-batch.ts';
import { memberProcedure, router } from '../../trpc/init.ts';
import type { JobsService } from '../jobs/index.ts';
import type { VaultBatchService } from './vault-batch.service.ts';

const Choices = z.object({ what: z.enum(['proxy', 'client']) });

/** Work on many vault accounts. Whoever keeps the vault works on everybody's, others on their own. */
export function createVaultBatchRouter(batch: VaultBatchService, jobs: Pick<JobsService, 'mine'>) {
  return router({
    import: memberProcedure
      .input(VaultImport)
      .mutation(({ ctx, input }) => batch.import(ctx, input)),
    start: memberProcedure
      .input(VaultBatchStart)
      .mutation(({ ctx, input }) => batch.start(ctx, input)),
    choices: memberProcedure.input(Choices).query(({ input }) => batch.choices(input.what)),
    // NOTE: no query, for a selection is too long for an address.
    planAssign: memberProcedure
      .input(AssignAsk)
      .mutation(({ ctx, input }) => batch.planAssign(ctx, input)),
    assign: memberProcedure
      .input(AssignApply)
      .mutation(({ ctx, input }) => batch.assign(ctx, input)),
    undo: memberProcedure
      .input(ById)
      .mutation(async ({ ctx, input }) => batch.undo(ctx, await jobs.mine(ctx, input.id))),
    export: memberProcedure
      .input(VaultExport)
      .mutation(({ ctx, input }) => batch.export(ctx, input)),
    copy: memberProcedure.input(VaultCopy).mutation(({ ctx, input }) => batch.copy(ctx, input)),
  });
}
