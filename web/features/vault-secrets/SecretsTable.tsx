import { Menu, Text } from '@mantine/core';
import { IconBan, IconEdit } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { SecretView } from '#shared/schemas/vault-secrets.ts';
import { formatDate, formatStamp } from '../../lib/format.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { RowMenu } from '../../ui/RowMenu.tsx';
import { StateBadge } from '../../ui/StateBadge.tsx';
import { secretState } from './secret-form.ts';

type SecretsTableProps = {
  secrets: readonly SecretView[];
  /** Left out for whoever may only look. */
  onEdit?: (secret: SecretView) => void;
  onRevoke?: (secret: SecretView) => void;
};

/** Every secret with what it is for; never its text. */
export function SecretsTable({ secrets, onEdit, onRevoke }: SecretsTableProps) {
  const { t } = useTranslation(['vaultSecrets', 'common']);
  const columns = useColumns();
  const actions = (secret: SecretView) =>
    secret.revokedAt !== null ? null : (
      <RowMenu name={secret.name}>
        <Menu.Item leftSection={<IconEdit size={16} />} onClick={() => onEdit?.(secret)}>
          {t('common:edit')}
        </Menu.Item>
        <Menu.Item
          color="red"
          leftSection={<IconBan size={16} />}
          onClick={() => onRevoke?.(secret)}
        >
          {t('revoke.action')}
        </Menu.Item>
      </RowMenu>
    );
  return (
    <DataTable
      label={t('list')}
      columns={columns}
      rows={secrets}
      rowKey={({ id }) => id}
      {...(onEdit && { actions })}
    />
  );
}

function useColumns(): Column<SecretView>[] {
  const { t } = useTranslation('vaultSecrets');
  const now = Date.now();
  return [
    {
      id: 'name',
      header: t('column.name'),
      primary: true,
      cell: ({ name, prefix }) => (
        <div style={{ overflowWrap: 'anywhere' }}>
          {name}
          <Text fz="xs" c="dimmed" fw={400} className="gh-figures">
            {prefix}
          </Text>
        </div>
      ),
    },
    {
      id: 'scopes',
      header: t('column.scopes'),
      cell: ({ scopes }) => scopes.map((scope) => t(`scope.${scope}`)).join(', '),
    },
    {
      id: 'accounts',
      header: t('column.accounts'),
      cell: (secret) => <Accounts secret={secret} />,
    },
    {
      id: 'state',
      header: t('column.state'),
      cell: (secret) => {
        const state = secretState(secret, now);
        return <StateBadge state={state} label={t(`state.${state}`)} />;
      },
    },
    {
      id: 'expires',
      header: t('column.expires'),
      cell: ({ expiresAt }) => (
        <span style={{ whiteSpace: 'nowrap' }}>
          {expiresAt === null ? t('never') : formatDate(expiresAt)}
        </span>
      ),
    },
    {
      id: 'lastUsed',
      header: t('column.lastUsed'),
      cell: ({ lastUsedAt }) => (
        <span style={{ whiteSpace: 'nowrap' }}>
          {lastUsedAt === null ? t('unused') : formatStamp(lastUsedAt)}
        </span>
      ),
    },
    {
      id: 'created',
      header: t('column.created'),
      hideOnPhone: true,
      cell: ({ createdAt, createdBy }) => (
        <div style={{ whiteSpace: 'nowrap' }}>
          {formatDate(createdAt)}
          {createdBy && (
            <Text fz="xs" c="dimmed">
              {t('createdBy', { name: createdBy })}
            </Text>
          )}
        </div>
      ),
    },
  ];
}

function Accounts({ secret: { bizIds, tags } }: { secret: SecretView }) {
  const { t } = useTranslation('vaultSecrets');
  if (tags.length + bizIds.length === 0) return t('every');
  return (
    <div style={{ maxWidth: 260, overflowWrap: 'anywhere' }}>
      {tags.length > 0 && <Text fz="sm">{t('tagged', { tags: tags.join(', ') })}</Text>}
      {bizIds.length > 0 && (
        <Text fz="sm" lineClamp={2}>
          {t('listed', { ids: bizIds.join(', ') })}
        </Text>
      )}
    </div>
  );
}
