export { storedForm } from './key-secret.ts';
export { createKeyLookupRepo } from './keys.lookup.repo.ts';
export { createKeyLookup, type KeyLookupDeps, type Principals } from './keys.lookup.ts';
export { createKeysRepo, type KeysRepo } from './keys.repo.ts';
export { createKeysRouter } from './keys.router.ts';
export { createKeysService, type KeysService } from './keys.service.ts';
