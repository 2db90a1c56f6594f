import { AuditListInput } from '#shared/schemas/audit.ts';
import { allowedTo, router } from '../../trpc/init.ts';
import type { AuditService } from './audit.service.ts';

/** Procedures of the audit page. */
export function createAuditRouter(audit: AuditService) {
  return router({
    list: allowedTo('audit.read')
      .input(AuditListInput)
      .query(({ input }) => audit.list(input)),
    verify: allowedTo('audit.read').query(() => audit.verify()),
  });
}
