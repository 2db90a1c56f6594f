import { useTranslation } from 'react-i18next';
import { BUILT_IN_ROLES, type BuiltInRole } from '#shared/permissions.ts';
import type { RoleView } from '#shared/schemas/roles.ts';

/** What a role is for: in the reader's language for built-in ones, else as an admin described it. */
export function useAboutRole(): (role: RoleView) => string {
  const { t } = useTranslation('roles');
  return ({ id, builtIn, description }) =>
    builtIn && id in BUILT_IN_ROLES ? t(`about.${id as BuiltInRole}`) : description;
}
