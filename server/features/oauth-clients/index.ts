export { type ClientWrite, clientsNamed, createOAuthClientsRepo } from './oauth-clients.repo.ts';
export { createOAuthClientsRouter } from './oauth-clients.router.ts';
export {
  createOAuthClientsService,
  type OAuthClientsService,
} from './oauth-clients.service.ts';
export { clientSecretPlace, type OpenedClient, writeOf } from './opened-client.ts';
