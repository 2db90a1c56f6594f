import { Group, Menu } from '@mantine/core';
import { IconEdit, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { ModelView } from '#shared/schemas/models.ts';
import { CopyButton } from '../../ui/CopyField.tsx';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { RowMenu } from '../../ui/RowMenu.tsx';
import { StateBadge } from '../../ui/StateBadge.tsx';
import { LimitsItem } from '../quotas/LimitsItem.tsx';
import { ModelPrice } from './ModelPrice.tsx';
import { ModelRoutes } from './ModelRoutes.tsx';
import classes from './models.module.css';
import { ToggleModel } from './ToggleModel.tsx';

type ModelsTableProps = {
  models: readonly ModelView[];
  /** Without: the table is read-only. */
  edit: { onEdit: (model: ModelView) => void; onDelete: (model: ModelView) => void } | null;
};

/** The models; admins edit a model by its name. */
export function ModelsTable({ models, edit }: ModelsTableProps) {
  const { t } = useTranslation(['models', 'common']);
  const columns = useColumns(edit !== null);
  return (
    <DataTable
      label={t('list')}
      columns={columns}
      rows={models}
      rowKey={({ id }) => id}
      {...(edit ? { onOpen: edit.onEdit } : {})}
      actions={(model) => (
        <Group gap={2} wrap="nowrap" justify="flex-end">
          <CopyButton what={t('copyName', { name: model.name })} value={model.name} />
          {edit && (
            <RowMenu name={model.name}>
              <Menu.Item leftSection={<IconEdit size={16} />} onClick={() => edit.onEdit(model)}>
                {t('common:edit')}
              </Menu.Item>
              <LimitsItem subject="model" id={model.name} name={model.name} />
              <Menu.Item
                color="red"
                leftSection={<IconTrash size={16} />}
                onClick={() => edit.onDelete(model)}
              >
                {t('common:delete')}
              </Menu.Item>
            </RowMenu>
          )}
        </Group>
      )}
    />
  );
}

function useColumns(admin: boolean): Column<ModelView>[] {
  const { t } = useTranslation('models');
  return [
    {
      id: 'name',
      header: t('column.name'),
      primary: true,
      cell: ({ name }) => <span className={classes.name}>{name}</span>,
    },
    {
      id: 'routes',
      header: t('column.routes'),
      cell: ({ routes }) => <ModelRoutes routes={routes} />,
    },
    {
      id: 'price',
      header: t('column.price'),
      cell: ({ price, nextPrice }) => <ModelPrice price={price} next={nextPrice} />,
    },
    {
      id: 'enabled',
      header: t('column.enabled'),
      cell: (model) => (admin ? <ToggleModel model={model} /> : <Enabled on={model.enabled} />),
    },
  ];
}

function Enabled({ on }: { on: boolean }) {
  const { t } = useTranslation('models');
  return <StateBadge state={on ? 'active' : 'disabled'} label={on ? t('on') : t('off')} />;
}
