export { buildLinking } from './build-linking.ts';
export { createLinkingRouter } from './linking.router.ts';
export type { LinkingService } from './linking.service.ts';
