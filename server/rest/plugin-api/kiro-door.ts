import { AppError } from '#shared/errors.ts';
import { KIRO } from '../../features/plugin-contract/index.ts';
import type { CatalogueModel, Principal } from '../../gateway/ports.ts';

/**
 * A caller of /v1/kiro: whoever they are elsewhere, with the models of that platform only. Throws
 * AppError not_found where an admin added none, model_not_allowed where a key is for none of them.
 */
export function kiroOnly(models: () => readonly CatalogueModel[]) {
  return (principal: Principal): Principal => {
    const offered = models()
      .filter(({ routes }) => routes.some(({ platformId }) => platformId === KIRO))
      .map(({ name }) => name);
    if (offered.length === 0) {
      const text = `There is no platform "${KIRO}" with models here. An admin can add one.`;
      throw new AppError('not_found', text);
    }
    const { allowedModels } = principal;
    const allowed = offered.filter(
      (name) => allowedModels.length === 0 || allowedModels.includes(name),
    );
    if (allowed.length > 0) return { ...principal, allowedModels: allowed };
    throw new AppError('model_not_allowed', 'This key is for none of the models here.');
  };
}
