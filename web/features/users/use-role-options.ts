import { useQuery } from '@tanstack/react-query';
import { covers } from '#shared/permissions.ts';
import type { Role } from '#shared/schemas/common.ts';
import { useRoleName } from '../../lib/role-name.ts';
import { trpc } from '../../lib/trpc.ts';
import { useMe } from '../../lib/use-me.ts';

/** The roles as options of a select, in the reader's language; those that allow more than theirs are off. */
export function useRoleOptions(): { value: Role; label: string; disabled: boolean }[] {
  const { data = [] } = useQuery(trpc.roles.list.queryOptions());
  const roleName = useRoleName();
  const me = useMe();
  return data.map(({ id, name, permissions }) => ({
    value: id,
    label: roleName(id, name),
    disabled: !covers(me, permissions),
  }));
}
