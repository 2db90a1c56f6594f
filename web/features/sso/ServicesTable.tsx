import { Menu, Text } from '@mantine/core';
import { IconEdit, IconPlugConnected, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { ProviderView } from '#shared/schemas/sso.ts';
import { formatNumber } from '../../lib/format.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { RowMenu } from '../../ui/RowMenu.tsx';
import { StateBadge } from '../../ui/StateBadge.tsx';

type ServicesTableProps = {
  services: readonly ProviderView[];
  onEdit: (service: ProviderView) => void;
  onCheck: (service: ProviderView) => void;
  onDelete: (service: ProviderView) => void;
};

/** Every service with who may come in by it; the environment's cannot be changed here. */
export function ServicesTable({ services, onEdit, onCheck, onDelete }: ServicesTableProps) {
  const { t } = useTranslation(['sso', 'common']);
  return (
    <DataTable
      label={t('title')}
      columns={useColumns()}
      rows={services}
      rowKey={({ id }) => id}
      actions={(service) => (
        <RowMenu name={service.name}>
          <Menu.Item leftSection={<IconPlugConnected size={16} />} onClick={() => onCheck(service)}>
            {t('check.open')}
          </Menu.Item>
          {service.editable && (
            <>
              <Menu.Item leftSection={<IconEdit size={16} />} onClick={() => onEdit(service)}>
                {t('common:edit')}
              </Menu.Item>
              <Menu.Item
                color="red"
                leftSection={<IconTrash size={16} />}
                onClick={() => onDelete(service)}
              >
                {t('common:delete')}
              </Menu.Item>
            </>
          )}
        </RowMenu>
      )}
    />
  );
}

function useColumns(): Column<ProviderView>[] {
  const { t } = useTranslation('sso');
  return [
    {
      id: 'name',
      header: t('column.name'),
      primary: true,
      cell: ({ id, name, editable }) => (
        <div>
          {name}
          <Text fz="xs" c="dimmed" fw={400}>
            {editable ? id : t('fromEnvironment', { id })}
          </Text>
        </div>
      ),
    },
    {
      id: 'state',
      header: t('column.state'),
      cell: ({ enabled }) => <StateBadge state={enabled ? 'active' : 'disabled'} />,
    },
    {
      id: 'kind',
      header: t('column.kind'),
      cell: ({ settings }) => t(`kind.${settings.kind}`),
      hideOnPhone: true,
    },
    {
      id: 'who',
      header: t('column.who'),
      cell: ({ settings }) => t(settings.newPeople ? 'who.new' : 'who.known'),
    },
    {
      id: 'people',
      header: t('column.people'),
      align: 'right',
      cell: ({ people }) => formatNumber(people),
    },
  ];
}
