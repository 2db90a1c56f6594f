export { createOAuthClientsRepo } from './oauth-clients.repo.ts';
export { createOAuthClientsRouter } from './oauth-clients.router.ts';
export {
  createOAuthClientsService,
  type OAuthClientsService,
} from './oauth-clients.service.ts';
export type { OpenedClient } from './opened-client.ts';
