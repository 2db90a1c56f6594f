import { AppError } from '#shared/errors.ts';
import type { QuotaLook, QuotaRule } from '#shared/schemas/quotas.ts';
import type { Admitted, Asked } from '../exchange.ts';
import type { CatalogueModel, ModelCatalogue, Principal, QuotaGate, QuotaRules } from '../ports.ts';
import type { GatewayRequest } from '../request.ts';
import { limitsSpending, needBeyond, needOf, takes } from './need.ts';
import { refuseScope, SCOPE_OF } from './scopes.ts';

export type AdmitDeps = { models: ModelCatalogue; quotas: QuotaGate; rules: QuotaRules };

/**
 * Lets the request in: the key is for such requests, the model exists and is allowed, and every limit
 * has room for it, reserved until it is settled. Throws AppError scope_missing, model_not_found, model_not_allowed, bad_request for what no
 * limit could be held against, rate_limited or quota_exhausted.
 */
export async function admit(deps: AdmitDeps, asked: Asked): Promise<Admitted> {
  const { principal, request, facts } = asked;
  refuseScope(principal, SCOPE_OF[request.operation]);
  const model = allowedModel(deps.models, principal, request.model, asked.at);
  const rules = rulesFor(deps, principal, model);
  if (request.inBackground && limitsSpending(rules)) throw uncounted();
  const hold = await deps.quotas
    .hold({ requestId: asked.id, rules, ...needOf(rules, request, model) })
    .catch((thrown: unknown) => {
      if (thrown instanceof AppError && thrown.limits) facts.trace.limits.push(...thrown.limits);
      throw thrown;
    });
  facts.trace.limits.push(...hold.limits);
  return Object.assign(asked, { model, hold });
}

/** What the limits look at before anyone answers. */
function rulesFor({ rules }: AdmitDeps, principal: Principal, model: CatalogueModel): QuotaRule[] {
  return [...principal.rules, ...rules.of('model', model.name)];
}

/**
 * Reserves what the request takes beyond what it was admitted with, for all that was said before it.
 * Throws AppError rate_limited or quota_exhausted.
 */
export async function holdMore(
  deps: AdmitDeps,
  { facts, id, model, principal, request }: Admitted,
  whole: GatewayRequest,
): Promise<void> {
  const all = rulesFor(deps, principal, model);
  const more = needBeyond(all, [request, whole], model);
  const rules = all.filter(({ metric }) => takes(metric, more));
  if (rules.length === 0) return;
  const { trace } = facts;
  try {
    facts.more = await deps.quotas.hold({ requestId: id, rules, ...more });
    trace.limits = together(trace.limits, facts.more.limits);
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.limits) {
      trace.limits = together(trace.limits, thrown.limits);
    }
    throw thrown;
  }
}

/** Two looks at the same rules for one request, as if it had been one. */
function together(first: readonly QuotaLook[], then: readonly QuotaLook[]): QuotaLook[] {
  return first.map((look) => {
    const next = then.find(
      ({ subject, id, metric }) =>
        subject === look.subject && id === look.id && metric === look.metric,
    );
    if (!next) return look;
    const held = Math.max(0, next.held - look.asked);
    return { ...next, held, asked: look.asked + next.asked };
  });
}

/** The catalogue's model of this name, priced as at `at` (epoch ms), if the principal may use it. */
export function allowedModel(
  models: ModelCatalogue,
  principal: Principal,
  name: string,
  at: number,
): CatalogueModel {
  const model = models.find(name, at);
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
    'background: this key, its owner or the model has a limit of tokens or cost, and what is answered in the background cannot be counted. Ask without background.',
    { param: 'background' },
  );
}
