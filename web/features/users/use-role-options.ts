import { BUILT_IN_ROLES } from '#shared/permissions.ts';
import type { Role } from '#shared/schemas/common.ts';
import { useRoleName } from '../../lib/role-name.ts';

/** The roles as options of a select, in the reader's language. */
export function useRoleOptions(): { value: Role; label: string }[] {
  const roleName = useRoleName();
  return Object.keys(BUILT_IN_ROLES).map((value) => ({ value, label: roleName(value) }));
}
