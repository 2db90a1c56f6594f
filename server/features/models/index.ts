export { createModelCatalogue } from './models.catalogue.ts';
export { createModelsRepo } from './models.repo.ts';
export { createModelsRouter } from './models.router.ts';
export { createModelsService, type ModelsService } from './models.service.ts';
export { priceAt, type StoredPrice, toStoredPrice } from './price.ts';
export { changePrice, createPricesRepo, PRICES, toDatedPrice } from './prices.repo.ts';
export { createPricesService, type PricesService } from './prices.service.ts';
