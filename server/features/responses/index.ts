export { createResponsesRepo } from './responses.repo.ts';
export { createResponsesService, type Responses } from './responses.service.ts';
