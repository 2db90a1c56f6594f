export { buildSso } from './build-sso.ts';
export { refuseOpenHttp } from './endpoints.ts';
export type { IdentitiesService } from './identities.service.ts';
export type { SsoDoor } from './ports.ts';
export type { ProvidersService } from './providers.service.ts';
export { ENVIRONMENT_ID } from './providers.ts';
export { createSsoRouter } from './sso.router.ts';
export type { SsoService } from './sso.service.ts';
