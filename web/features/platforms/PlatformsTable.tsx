import { ActionIcon, Anchor, Group, Menu, Text, Tooltip } from '@mantine/core';
import { IconEdit, IconExternalLink, IconPlus, IconTrash } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { PlatformView } from '#shared/schemas/platforms.ts';
import { formatNumber } from '../../lib/format.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { RowMenu } from '../../ui/RowMenu.tsx';
import { LimitsItem } from '../quotas/LimitsItem.tsx';
import classes from './platforms.module.css';

type PlatformsTableProps = {
  platforms: readonly PlatformView[];
  onEdit: (platform: PlatformView) => void;
  onDelete: (platform: PlatformView) => void;
};

/** Every platform with its address; only added ones can be changed. */
export function PlatformsTable({ platforms, onEdit, onDelete }: PlatformsTableProps) {
  const { t } = useTranslation('platforms');
  return (
    <DataTable
      label={t('list')}
      columns={useColumns()}
      rows={platforms}
      rowKey={({ id }) => id}
      actions={(platform) => <Actions platform={platform} onEdit={onEdit} onDelete={onDelete} />}
    />
  );
}

function useColumns(): Column<PlatformView>[] {
  const { t } = useTranslation('platforms');
  return [
    {
      id: 'name',
      header: t('column.name'),
      primary: true,
      cell: ({ name, id, custom }) => (
        <div className={classes.name}>
          {name}
          <Text fz="xs" c="dimmed" fw={400}>
            <span className={classes.mono}>{id}</span> · {custom ? t('custom') : t('builtIn')}
          </Text>
        </div>
      ),
    },
    {
      id: 'address',
      header: t('column.address'),
      cell: ({ endpoints }) => {
        const baseUrl = endpoints[0]?.baseUrl ?? null;
        return baseUrl === null ? (
          <Text component="span" c="dimmed" fz="sm">
            {t('inProcess')}
          </Text>
        ) : (
          <span className={classes.address}>{baseUrl}</span>
        );
      },
    },
    {
      id: 'protocol',
      header: t('column.protocol'),
      cell: (platform) => <Protocols platform={platform} />,
      hideOnPhone: true,
    },
    {
      id: 'accounts',
      header: t('column.accounts'),
      align: 'right',
      cell: ({ accounts }) => formatNumber(accounts),
    },
  ];
}

/** What a platform speaks, the first of it first, and what else it is asked for. */
function Protocols({ platform: { endpoints, operations } }: { platform: PlatformView }) {
  const { t } = useTranslation('platforms');
  return (
    <>
      {endpoints.map(({ protocol, baseUrl }) => (
        <div key={protocol} title={baseUrl ?? undefined}>
          {t(`protocol.${protocol}`)}
        </div>
      ))}
      {operations.length > 0 && (
        <Text fz="xs" c="dimmed">
          {operations.map((operation) => t(`operation.${operation}`)).join(' · ')}
        </Text>
      )}
    </>
  );
}

type ActionsProps = Omit<PlatformsTableProps, 'platforms'> & { platform: PlatformView };

function Actions({ platform, onEdit, onDelete }: ActionsProps) {
  const { t } = useTranslation(['platforms', 'common']);
  const { id, name, custom, keyUrl } = platform;
  const addLabel = t('addAccountTo', { name });
  return (
    <Group gap={2} wrap="nowrap" justify="flex-end">
      {keyUrl !== null && (
        <Tooltip label={t('getKey', { name })}>
          <Anchor
            href={keyUrl}
            target="_blank"
            rel="noreferrer"
            aria-label={t('getKey', { name })}
            className={classes.iconLink}
          >
            <IconExternalLink size={18} stroke={1.7} />
          </Anchor>
        </Tooltip>
      )}
      <Tooltip label={addLabel}>
        <ActionIcon component={Link} to="/accounts" hash={`add-${id}`} aria-label={addLabel}>
          <IconPlus size={18} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
      {custom ? (
        <RowMenu name={name}>
          <Menu.Item leftSection={<IconEdit size={16} />} onClick={() => onEdit(platform)}>
            {t('common:edit')}
          </Menu.Item>
          <LimitsItem subject="platform" id={id} name={name} />
          <Menu.Item
            color="red"
            leftSection={<IconTrash size={16} />}
            onClick={() => onDelete(platform)}
          >
            {t('common:delete')}
          </Menu.Item>
        </RowMenu>
      ) : (
        <RowMenu name={name}>
          <LimitsItem subject="platform" id={id} name={name} />
        </RowMenu>
      )}
    </Group>
  );
}
