export { tidyAddresses } from './addresses.ts';
export { mintKeySecret, storedForm } from './key-secret.ts';
export { createKeyLookupRepo } from './keys.lookup.repo.ts';
export { createKeyLookup, type Principals } from './keys.lookup.ts';
export { createKeysRepo } from './keys.repo.ts';
export { createKeysRouter } from './keys.router.ts';
export { createKeysService, type KeysService } from './keys.service.ts';
export { createNumberedKeysRepo } from './numbered-keys.repo.ts';
export { createNumberedKeys, type NumberedKeys } from './numbered-keys.ts';
