import { AuditListInput } from '#shared/schemas/audit.ts';
import { adminProcedure, router } from '../../trpc/init.ts';
import type { AuditService } from './audit.service.ts';

/** Procedures of the audit page. */
export function createAuditRouter(audit: AuditService) {
  return router({
    list: adminProcedure.input(AuditListInput).query(({ input }) => audit.list(input)),
    verify: adminProcedure.query(() => audit.verify()),
  });
}
