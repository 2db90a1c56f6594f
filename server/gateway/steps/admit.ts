import { AppError } from '#shared/errors.ts';
import type { Admitted, Asked } from '../exchange.ts';
import type { CatalogueModel, ModelCatalogue, Principal, QuotaGate } from '../ports.ts';
import { guessTokens } from '../tokens.ts';

/** Reserved for an answer whose length the client did not limit. */
const UNLIMITED_ANSWER_TOKENS = 1024;

export type AdmitDeps = { models: ModelCatalogue; quotas: QuotaGate };

/**
 * Lets the request in: the model exists and is allowed, and every limit has room for it, reserved
 * until it is settled. Throws AppError model_not_found, model_not_allowed, bad_request for what no
 * limit could be held against, rate_limited or quota_exhausted.
 */
export async function admit(deps: AdmitDeps, asked: Asked): Promise<Admitted> {
  const { principal, request } = asked;
  const model = allowedModel(deps.models, principal, request.model);
  if (request.inBackground && limitsTokens(principal)) throw uncounted();
  const hold = await deps.quotas.hold({
    principal,
    requestId: asked.id,
    tokens: limitsTokens(principal)
      ? (request.promptTokens ?? guessTokens(request.promptText())) +
        (request.maxOutputTokens ?? UNLIMITED_ANSWER_TOKENS)
      : 0,
  });
  return Object.assign(asked, { model, hold });
}

/** The catalogue's model of this name, if the principal may use it. */
export function allowedModel(
  models: ModelCatalogue,
  principal: Principal,
  name: string,
): CatalogueModel {
  const model = models.find(name);
  if (!model) {
    throw new AppError(
      'model_not_found',
      `There is no model "${name}" here. GET /v1/models lists what this key may use.`,
      { param: 'model' },
    );
  }
  if (!mayUse(principal, name)) {
    throw new AppError(
      'model_not_allowed',
      `This key may not use the model "${name}". Its owner can allow it in the console.`,
      { param: 'model' },
    );
  }
  return model;
}

export function mayUse(principal: Principal, name: string): boolean {
  return principal.allowedModels.length === 0 || principal.allowedModels.includes(name);
}

function uncounted(): AppError {
  return new AppError(
    'bad_request',
    'background: this key or its owner has a limit of tokens, and what is answered in the background cannot be counted. Ask without background.',
    { param: 'background' },
  );
}

function limitsTokens(principal: Principal): boolean {
  return principal.limits.some(({ limit }) => limit.tokensPerDay !== null);
}
