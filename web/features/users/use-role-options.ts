import { useTranslation } from 'react-i18next';
import { Role } from '#shared/schemas/common.ts';

/** The roles as options of a select, in the reader's language. */
export function useRoleOptions(): { value: Role; label: string }[] {
  const { t } = useTranslation('common');
  return Role.options.map((value) => ({ value, label: t(`role.${value}`) }));
}
