import { Button, Switch } from '@mantine/core';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { can } from '#shared/permissions.ts';
import type { KeyCreated } from '#shared/schemas/keys.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAddHash } from '../../lib/use-add-hash.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { useMe } from '../../lib/use-me.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Section } from '../../ui/Section.tsx';
import { CreateKey } from './KeyDialogs.tsx';
import { KeyList } from './KeyList.tsx';
import { KeySecretDialog } from './KeySecretDialog.tsx';

/** The person's API keys; admins may look at everyone's. */
export function KeysPage() {
  const { t } = useTranslation('keys');
  const me = useMe();
  const [everyone, setEveryone] = useState(false);
  const creating = useDialog<true>();
  const secret = useDialog<{ created: KeyCreated; renewed: boolean }>();
  const keys = useQuery(
    trpc.keys.list.queryOptions(
      { all: everyone },
      { refetchInterval: 30_000, placeholderData: keepPreviousData },
    ),
  );
  const add = () => creating.open(true);
  useAddHash('/keys', add);

  return (
    <>
      <PageHeader
        title={t('title')}
        subtitle={t('subtitle')}
        actions={
          <>
            {can(me, 'keys.read') && (
              <Switch
                label={t('everyone')}
                checked={everyone}
                onChange={(event) => setEveryone(event.currentTarget.checked)}
                mr="sm"
              />
            )}
            <Button leftSection={<IconPlus size={17} />} onClick={add}>
              {t('add')}
            </Button>
          </>
        }
      />
      <QueryBoundary
        query={keys}
        empty={
          <Section>
            <EmptyState
              icon={IconKey}
              title={t('empty')}
              text={t('emptyText')}
              action={<Button onClick={add}>{t('add')}</Button>}
            />
          </Section>
        }
      >
        {(all) => (
          <KeyList
            keys={all}
            everyone={everyone}
            onRotated={(created) => secret.open({ created, renewed: true })}
          />
        )}
      </QueryBoundary>
      {creating.value && (
        <CreateKey
          key={creating.turn}
          opened={creating.opened}
          onClose={creating.close}
          onCreated={(created) => secret.open({ created, renewed: false })}
        />
      )}
      {secret.value && (
        <KeySecretDialog
          key={`secret-${secret.turn}`}
          opened={secret.opened}
          onClose={secret.close}
          {...secret.value}
        />
      )}
    </>
  );
}
