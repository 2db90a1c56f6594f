import { Button, Group, Switch, Text } from '@mantine/core';
import { IconFilterOff, IconKey, IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { KeyCreated, KeyView } from '#shared/schemas/keys.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAddHash } from '../../lib/use-add-hash.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { useMe } from '../../lib/use-me.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { Section } from '../../ui/Section.tsx';
import { filterKeys } from './filter-keys.ts';
import { CreateKey, EditKey, RevokeKey } from './KeyDialogs.tsx';
import { KeySecretDialog } from './KeySecretDialog.tsx';
import { type KeyAction, KeysTable } from './KeysTable.tsx';

/** The person's API keys; admins may look at everyone's. */
export function KeysPage() {
  const { t } = useTranslation('keys');
  const me = useMe();
  const [everyone, setEveryone] = useState(false);
  const creating = useDialog<true>();
  const secret = useDialog<KeyCreated>();
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
            {me.role === 'admin' && (
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
        {(all) => <KeyList keys={all} everyone={everyone} />}
      </QueryBoundary>
      {creating.value && (
        <CreateKey
          key={creating.turn}
          opened={creating.opened}
          onClose={creating.close}
          onCreated={secret.open}
        />
      )}
      {secret.value && (
        <KeySecretDialog
          key={`secret-${secret.turn}`}
          opened={secret.opened}
          onClose={secret.close}
          created={secret.value}
        />
      )}
    </>
  );
}

function KeyList({ keys, everyone }: { keys: readonly KeyView[]; everyone: boolean }) {
  const { t } = useTranslation('keys');
  const [filter, setFilter] = useState({ text: '', withRevoked: false });
  const shown = filterKeys(keys, useDeferredValue(filter));
  const dialog = useDialog<{ action: KeyAction; key: KeyView }>();
  const someRevoked = keys.some(({ state }) => state === 'revoked');
  const searching = filter.text.trim() !== '';

  return (
    <>
      <Group gap="md" mb="sm">
        <SearchField
          label={t('filter.text')}
          placeholder={t('filter.textHint')}
          value={filter.text}
          onChange={(text) => setFilter((now) => ({ ...now, text }))}
        />
        {someRevoked && (
          <Switch
            label={t('showRevoked')}
            checked={filter.withRevoked}
            onChange={(event) => {
              const withRevoked = event.currentTarget.checked;
              setFilter((now) => ({ ...now, withRevoked }));
            }}
          />
        )}
        <Text fz="sm" c="dimmed" ml="auto" role="status" className="gh-figures">
          {searching ? t('filter.shown', { shown: shown.length, total: keys.length }) : ''}
        </Text>
      </Group>
      <Section flush>
        {shown.length === 0 ? (
          <EmptyState
            icon={searching ? IconFilterOff : IconKey}
            title={searching ? t('filter.noMatch') : t('allRevoked')}
            text={searching ? t('filter.noMatchText') : t('allRevokedText')}
            action={
              searching && (
                <Button
                  variant="default"
                  onClick={() => setFilter((now) => ({ ...now, text: '' }))}
                >
                  {t('filter.clear')}
                </Button>
              )
            }
          />
        ) : (
          <KeysTable
            keys={shown}
            withOwner={everyone}
            onAction={(action, key) => dialog.open({ action, key })}
          />
        )}
      </Section>
      {dialog.value?.action === 'edit' && (
        <EditKey
          key={dialog.turn}
          opened={dialog.opened}
          onClose={dialog.close}
          apiKey={dialog.value.key}
        />
      )}
      {dialog.value?.action === 'revoke' && (
        <RevokeKey
          key={dialog.turn}
          opened={dialog.opened}
          onClose={dialog.close}
          apiKey={dialog.value.key}
          withOwner={everyone}
        />
      )}
    </>
  );
}
