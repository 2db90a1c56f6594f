export { createPluginApiRouter } from './plugin-api.router.ts';
export type { OpenedKey, PluginApiService } from './plugin-api.service.ts';
export { createPluginApi, type PluginApi } from './plugin-api.ts';
