import type { Request } from 'express';
import { AppError } from '#shared/errors.ts';
import type { ModelCatalogue, Principal } from './ports.ts';
import { anthropicModel, anthropicModels } from './protocols/anthropic-messages/models-list.ts';
import { geminiModel, geminiModels } from './protocols/gemini/models-list.ts';
import { queryOf } from './request-query.ts';
import { mayUse } from './steps/admit.ts';

/** The models a principal may use, in the form that the asking client knows. */
export function createModelLists(models: ModelCatalogue) {
  const allowed = (principal: Principal) =>
    models.list().filter(({ name }) => mayUse(principal, name));

  const named = (principal: Principal, req: Request) => {
    const name = [req.params['model']].flat().join('/');
    const model = models.find(name);
    if (model && mayUse(principal, name)) return model;
    throw new AppError('model_not_found', `There is no model "${name}" here.`, { param: 'model' });
  };

  return {
    list: (principal: Principal, req: Request) =>
      asksAnthropic(req)
        ? anthropicModels(allowed(principal), queryOf(req))
        : { object: 'list', data: allowed(principal).map(openaiModel) },
    one: (principal: Principal, req: Request) =>
      (asksAnthropic(req) ? anthropicModel : openaiModel)(named(principal, req)),
    geminiList: (principal: Principal, req: Request) =>
      geminiModels(allowed(principal), queryOf(req)),
    geminiOne: (principal: Principal, req: Request) => geminiModel(named(principal, req)),
  };
}

/** Both protocols list at the same path; Anthropic's clients always say which version they speak. */
function asksAnthropic(req: Request): boolean {
  return req.headers['anthropic-version'] !== undefined;
}

function openaiModel(model: { name: string; createdAt: number }) {
  return { id: model.name, object: 'model', created: model.createdAt, owned_by: 'gatehouse' };
}
