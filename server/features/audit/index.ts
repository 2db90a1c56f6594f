export { createAuditAnchor } from './anchor.ts';
export { createAuditRemoval } from './audit.repo.ts';
export { createAuditRouter } from './audit.router.ts';
export { type AuditService, createAuditService } from './audit.service.ts';
export {
  type Actor,
  type Audit,
  by,
  createAudit,
  type Noting,
  type Told,
} from './audit.writer.ts';
export { createAuditLogRepo } from './audit-log.repo.ts';
