export { createKeyRingRepo } from './key-ring.repo.ts';
export { createKeyRingRouter } from './key-ring.router.ts';
export { createKeyRing, type KeyRingService } from './key-ring.service.ts';
