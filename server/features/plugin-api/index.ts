export { type ImportResult, importPluginKeys } from './import-keys.ts';
export { createPluginApiRouter } from './plugin-api.router.ts';
export type { OpenedKey, PluginApiService } from './plugin-api.service.ts';
export { createPluginApi } from './plugin-api.ts';
export { createPluginKeysRepo } from './plugin-keys.repo.ts';
