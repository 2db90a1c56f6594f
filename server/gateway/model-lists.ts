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
      SHAPES[shapeOf(req)].list(allowed(principal), queryOf(req)),
    one: (principal: Principal, req: Request) => SHAPES[shapeOf(req)].one(named(principal, req)),
    geminiList: (principal: Principal, req: Request) =>
      geminiModels(allowed(principal), queryOf(req)),
    geminiOne: (principal: Principal, req: Request) => geminiModel(named(principal, req)),
  };
}

/** All three list at the same path; Anthropic's clients say their version, Google's send their own header. */
function shapeOf({ headers }: Request): keyof typeof SHAPES {
  if (headers['anthropic-version'] !== undefined) return 'anthropic';
  return headers['x-goog-api-key'] === undefined ? 'openai' : 'gemini';
}

const SHAPES = {
  openai: { list: openaiModels, one: openaiModel },
  anthropic: { list: anthropicModels, one: anthropicModel },
  gemini: { list: geminiModels, one: geminiModel },
};

function openaiModels(models: readonly Listed[]) {
  return { object: 'list', data: models.map(openaiModel) };
}

type Listed = { name: string; createdAt: number };

function openaiModel(model: Listed) {
  return { id: model.name, object: 'model', created: model.createdAt, owned_by: 'gatehouse' };
}
