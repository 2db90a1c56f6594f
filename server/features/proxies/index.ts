export { createProxiesRepo } from './proxies.repo.ts';
export { createProxyWays, type ProxyWays } from './proxy-ways.ts';
