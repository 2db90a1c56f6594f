import { useTranslation } from 'react-i18next';
import { BUILT_IN_ROLES, type BuiltInRole } from '#shared/permissions.ts';

const BUILT_IN = Object.keys(BUILT_IN_ROLES) as BuiltInRole[];

/** What the built-in roles are called in the reader's language; others go by the name they were given. */
export function useRoleName(): (id: string, name?: string) => string {
  const { t } = useTranslation('common');
  return (id, name = id) => {
    const known = BUILT_IN.find((builtIn) => builtIn === id);
    return known ? t(`role.${known}`) : name;
  };
}
