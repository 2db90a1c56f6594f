export { readDocument } from './apply.document.ts';
export { createApplyRepo } from './apply.repo.ts';
export { type ApplyDeps, type ApplyService, createApplyService } from './apply.service.ts';
export { applyFile } from './apply-file.ts';
export type { PlanItem } from './plan.ts';
export { planLines, planTotals } from './plan-lines.ts';
