export { type Catalogue, createModelCatalogue } from './models.catalogue.ts';
export { createModelsRepo, type ModelsRepo } from './models.repo.ts';
export { createModelsRouter } from './models.router.ts';
export { createModelsService, type ModelsService } from './models.service.ts';
export { toDollars, toMicros } from './price.ts';
