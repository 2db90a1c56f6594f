import { Menu, Text } from '@mantine/core';
import { IconEdit, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { PERMISSIONS } from '#shared/permissions.ts';
import type { RoleView } from '#shared/schemas/roles.ts';
import { formatNumber } from '../../lib/format.ts';
import { useRoleName } from '../../lib/role-name.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { RowMenu } from '../../ui/RowMenu.tsx';
import classes from './roles.module.css';
import { useAboutRole } from './use-about-role.ts';

type RolesTableProps = {
  roles: readonly RoleView[];
  /** Left out for whoever may only look. */
  onEdit?: (role: RoleView) => void;
  onDelete?: (role: RoleView) => void;
};

/** Every role with how many people hold it; only added ones can be changed. */
export function RolesTable({ roles, onEdit, onDelete }: RolesTableProps) {
  const { t } = useTranslation(['roles', 'common']);
  const columns = useColumns();
  const actions = (role: RoleView) =>
    role.builtIn ? null : (
      <RowMenu name={role.name}>
        <Menu.Item leftSection={<IconEdit size={16} />} onClick={() => onEdit?.(role)}>
          {t('common:edit')}
        </Menu.Item>
        <Menu.Item
          color="red"
          leftSection={<IconTrash size={16} />}
          onClick={() => onDelete?.(role)}
        >
          {t('common:delete')}
        </Menu.Item>
      </RowMenu>
    );
  return (
    <DataTable
      label={t('list')}
      columns={columns}
      rows={roles}
      rowKey={({ id }) => id}
      {...(onEdit && { actions })}
    />
  );
}

function useColumns(): Column<RoleView>[] {
  const { t } = useTranslation('roles');
  const roleName = useRoleName();
  const about = useAboutRole();
  return [
    {
      id: 'name',
      header: t('column.name'),
      primary: true,
      cell: (role) => (
        <div className={classes.name}>
          {roleName(role.id, role.name)}
          <Text fz="xs" c="dimmed" fw={400}>
            <span className={classes.mono}>{role.id}</span> ·{' '}
            {role.builtIn ? t('builtIn') : t('custom')}
          </Text>
          <Text fz="sm" c="dimmed" fw={400}>
            {about(role)}
          </Text>
        </div>
      ),
    },
    {
      id: 'permissions',
      header: t('column.permissions'),
      cell: ({ permissions }) => {
        if (permissions.length === 0) return t('nothing');
        if (permissions.length === PERMISSIONS.length) return t('everything');
        return t('count', { count: permissions.length });
      },
    },
    {
      id: 'people',
      header: t('column.people'),
      align: 'right',
      cell: ({ people }) => formatNumber(people),
    },
  ];
}
