export { createModelCatalogue } from './models.catalogue.ts';
export { createModelsRepo } from './models.repo.ts';
export { createModelsRouter } from './models.router.ts';
export { createModelsService, type ModelsService } from './models.service.ts';
export {
  priceColumns,
  priceOfColumns,
  type StoredPrice,
  toStoredPrice,
} from './price.ts';
