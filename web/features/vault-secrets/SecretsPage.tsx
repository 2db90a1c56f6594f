import { Button, Group } from '@mantine/core';
import { IconKey, IconListDetails, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SecretView } from '#shared/schemas/vault-secrets.ts';
import { trpc } from '../../lib/trpc.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { useCan } from '../../lib/use-me.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { Section } from '../../ui/Section.tsx';
import { RevokeSecret, ShowSecret } from './SecretDialogs.tsx';
import { type CreatedSecret, CreateSecret, EditSecret } from './SecretForm.tsx';
import { SecretsTable } from './SecretsTable.tsx';
import { fitting } from './secret-form.ts';

/** Secrets of programs that lease access tokens: made, shown once, changed and revoked. */
export function SecretsPage() {
  const { t } = useTranslation('vaultSecrets');
  const secrets = useQuery(trpc.vaultSecrets.list.queryOptions());
  const [search, setSearch] = useState('');
  const creating = useDialog<true>();
  const created = useDialog<CreatedSecret>();
  const editing = useDialog<SecretView>();
  const revoking = useDialog<SecretView>();
  const mayWrite = useCan('vault.write');
  return (
    <>
      <PageHeader
        title={t('title')}
        subtitle={t('subtitle')}
        actions={
          <>
            <Button
              variant="default"
              leftSection={<IconListDetails size={16} stroke={1.7} />}
              renderRoot={(props) => <Link {...props} to="/leases" />}
            >
              {t('leasesLink')}
            </Button>
            {mayWrite && (
              <Button leftSection={<IconPlus size={17} />} onClick={() => creating.open(true)}>
                {t('add')}
              </Button>
            )}
          </>
        }
      />
      <QueryBoundary
        query={secrets}
        empty={
          <Section flush>
            <EmptyState icon={IconKey} title={t('empty')} text={t('emptyText')} />
          </Section>
        }
      >
        {(all) => (
          <>
            {all.length > 10 && (
              <Group mb="md">
                <SearchField
                  label={t('filter')}
                  placeholder={t('filter')}
                  value={search}
                  onChange={setSearch}
                />
              </Group>
            )}
            <Found secrets={fitting(all, search)}>
              {(rows) => (
                <SecretsTable
                  secrets={rows}
                  {...(mayWrite && { onEdit: editing.open, onRevoke: revoking.open })}
                />
              )}
            </Found>
          </>
        )}
      </QueryBoundary>
      {creating.value && (
        <CreateSecret
          key={`create-${creating.turn}`}
          opened={creating.opened}
          onClose={creating.close}
          onCreated={created.open}
        />
      )}
      {created.value && (
        <ShowSecret
          key={`created-${created.turn}`}
          opened={created.opened}
          onClose={created.close}
          created={created.value}
        />
      )}
      {editing.value && (
        <EditSecret
          key={`edit-${editing.turn}`}
          opened={editing.opened}
          onClose={editing.close}
          secret={editing.value}
        />
      )}
      {revoking.value && (
        <RevokeSecret
          key={`revoke-${revoking.turn}`}
          opened={revoking.opened}
          onClose={revoking.close}
          secret={revoking.value}
        />
      )}
    </>
  );
}

type FoundProps = {
  secrets: readonly SecretView[];
  children: (secrets: readonly SecretView[]) => ReactNode;
};

function Found({ secrets, children }: FoundProps) {
  const { t } = useTranslation('vaultSecrets');
  return (
    <Section flush>
      {secrets.length > 0 ? (
        children(secrets)
      ) : (
        <EmptyState icon={IconKey} title={t('noMatch')} text={t('noMatchText')} />
      )}
    </Section>
  );
}
