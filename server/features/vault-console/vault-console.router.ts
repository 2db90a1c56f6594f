import { ById } from '#shared/schemas/common.ts';
import {
  VaultCalendarInput,
  VaultHistoryInput,
  VaultInfoAsk,
  VaultListInput,
  VaultReplace,
  VaultSchedule,
  VaultUpdate,
} from '#shared/schemas/vault.ts';
import { ViewCreate, ViewUpdate } from '#shared/schemas/vault-views.ts';
import { allowedTo, memberProcedure, router } from '../../trpc/init.ts';
import type { VaultConsoleService } from './vault-console.service.ts';
import type { ViewsService } from './views.service.ts';

/** Pages of the vault. Members see and change their own accounts. */
export function createVaultRouter(vault: VaultConsoleService & { views: ViewsService }) {
  return router({
    list: memberProcedure
      .input(VaultListInput)
      .query(({ ctx, input }) => vault.list(ctx.me, input)),
    get: memberProcedure.input(ById).query(({ ctx, input }) => vault.get(ctx.me, input.id)),
    update: memberProcedure
      .input(VaultUpdate)
      .mutation(({ ctx, input }) => vault.update(ctx, input)),
    history: memberProcedure
      .input(VaultHistoryInput)
      .query(({ ctx, input }) => vault.history(ctx.me, input)),
    refresh: memberProcedure.input(ById).mutation(({ ctx, input }) => vault.refresh(ctx, input.id)),
    refreshInfo: memberProcedure
      .input(VaultInfoAsk)
      .mutation(({ ctx, input }) => vault.refreshInfo(ctx, input)),
    replace: memberProcedure
      .input(VaultReplace)
      .mutation(({ ctx, input }) => vault.replace(ctx, input)),
    // NOTE: no queries, for an answer with a token in it must stay in no cache.
    revealAccess: memberProcedure
      .input(ById)
      .mutation(({ ctx, input }) => vault.revealAccess(ctx, input.id)),
    revealRefresh: memberProcedure
      .input(ById)
      .mutation(({ ctx, input }) => vault.revealRefresh(ctx, input.id)),
    choices: memberProcedure.query(({ ctx }) => vault.choices(ctx.me)),
    schedule: allowedTo('vault.read').query(() => vault.schedule()),
    saveSchedule: allowedTo('vault.write')
      .input(VaultSchedule)
      .mutation(({ ctx, input }) => vault.saveSchedule(ctx, input)),
    calendar: memberProcedure
      .input(VaultCalendarInput)
      .query(({ ctx, input }) => vault.calendar(ctx.me, input)),
    views: memberProcedure.query(({ ctx }) => vault.views.list(ctx.me.id)),
    createView: memberProcedure
      .input(ViewCreate)
      .mutation(({ ctx, input }) => vault.views.create(ctx.me.id, input)),
    updateView: memberProcedure
      .input(ViewUpdate)
      .mutation(({ ctx, input }) => vault.views.update(ctx.me.id, input)),
    deleteView: memberProcedure
      .input(ById)
      .mutation(({ ctx, input }) => vault.views.delete(ctx.me.id, input.id)),
  });
}
