export { createFactorNotes } from './factor-notes.ts';
export { createFactorsRepo, deleteFactorsOf } from './factors.repo.ts';
export { createFactorsRouter } from './factors.router.ts';
export { createFactorsService, type FactorsService } from './factors.service.ts';
export { createPasskeysService } from './passkeys.service.ts';
export { createSecondFactors } from './second-factors.ts';
export { createTotpService } from './totp.service.ts';
