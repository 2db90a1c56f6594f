export { createResponsesRepo } from './responses.repo.ts';
export { createResponsesService } from './responses.service.ts';
