export { createApplyRepo } from './apply.repo.ts';
export { type ApplyService, createApplyService } from './apply.service.ts';
export { applyFile } from './apply-file.ts';
export { planLines, planTotals } from './plan-lines.ts';
