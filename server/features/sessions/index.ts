export { createFailedSignIns } from './failed-sign-ins.ts';
export { addressKey, createLimiters, type Limiters } from './limiters.ts';
export { createPasswords, type Passwords } from './passwords.ts';
export { createPendingProofsRepo } from './pending-proofs.repo.ts';
export { createProofsService, type ProofsService } from './proofs.service.ts';
export { type Proven, requireRecentProof } from './recent-proof.ts';
export type { PasskeyOptions, SecondFactors } from './second-factors.ts';
export { createSessionNotes, type SignInMeans } from './session-notes.ts';
export type { Visitor } from './session-store.ts';
export { createLuciaSessions, SESSION_DAYS } from './sessions.lucia.ts';
export { createSessionsRepo, deleteSessionsOf, type SessionsRepo } from './sessions.repo.ts';
export { createSessionsRouter } from './sessions.router.ts';
export {
  createSessionsService,
  type SessionsService,
  type SignedIn,
  toMe,
} from './sessions.service.ts';
export { type CodeProof, createSignInService, type SignInService } from './sign-in.service.ts';
