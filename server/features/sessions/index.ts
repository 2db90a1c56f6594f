export { addressKey, createLimiters, type Limiters } from './limiters.ts';
export { createPasswords, type Passwords } from './passwords.ts';
export type { Visitor } from './session-store.ts';
export { createLuciaSessions, SESSION_DAYS } from './sessions.lucia.ts';
export { createSessionsRepo, deleteSessionsOf } from './sessions.repo.ts';
export { createSessionsRouter } from './sessions.router.ts';
export { createSessionsService, type SessionsService, type SignedIn } from './sessions.service.ts';
