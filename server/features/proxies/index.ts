export { buildProxies } from './build-proxies.ts';
export { createProxiesRouter } from './proxies.router.ts';
export type { ProxiesService } from './proxies.service.ts';
