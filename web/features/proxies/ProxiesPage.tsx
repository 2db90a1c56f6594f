import { Button, Group, Select } from '@mantine/core';
import { IconFileImport, IconPlus, IconRoute } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { can } from '#shared/permissions.ts';
import { ProxyHealth, type ProxyView } from '#shared/schemas/proxies.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { useMe } from '../../lib/use-me.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { FilterBar } from '../../ui/FilterBar.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { Section } from '../../ui/Section.tsx';
import { ImportProxies } from './ImportProxies.tsx';
import { MoveAccounts } from './MoveAccounts.tsx';
import { ProxiesTable } from './ProxiesTable.tsx';
import { ProxyForm } from './ProxyForm.tsx';
import { ProxyUsersDialog } from './ProxyUsersDialog.tsx';

/** Proxies that accounts go through. */
export function ProxiesPage() {
  const { t } = useTranslation('proxies');
  const keeps = can(useMe(), 'vault.write');
  // What a try finds is not told to the page; they are few and the question is cheap.
  const proxies = useQuery(trpc.proxies.list.queryOptions(undefined, { refetchInterval: 15_000 }));
  const editing = useDialog<{ proxy: ProxyView | null }>();
  const importing = useDialog<true>();
  const moving = useDialog<ProxyView>();
  const looking = useDialog<ProxyView>();
  const deleting = useDialog<ProxyView>();
  const invalidate = [trpc.proxies.pathFilter()];
  const remove = useAppMutation(trpc.proxies.delete.mutationOptions(), {
    success: t('delete.done', { name: deleting.value?.name ?? '' }),
    invalidate,
    onDone: deleting.close,
  });

  return (
    <>
      <PageHeader
        title={t('title')}
        subtitle={t('subtitle')}
        actions={
          keeps && (
            <>
              <Button
                variant="default"
                leftSection={<IconFileImport size={17} />}
                onClick={() => importing.open(true)}
              >
                {t('import.open')}
              </Button>
              <Button
                leftSection={<IconPlus size={17} />}
                onClick={() => editing.open({ proxy: null })}
              >
                {t('add')}
              </Button>
            </>
          )
        }
      />
      <QueryBoundary
        query={proxies}
        empty={
          <Section flush>
            <EmptyState icon={IconRoute} title={t('empty')} text={t('emptyText')} />
          </Section>
        }
      >
        {(all) => (
          <Found all={all}>
            {(shown) => (
              <ProxiesTable
                proxies={shown}
                keeps={keeps}
                onEdit={(proxy) => editing.open({ proxy })}
                onUsers={looking.open}
                onMove={moving.open}
                onDelete={deleting.open}
              />
            )}
          </Found>
        )}
      </QueryBoundary>
      {editing.value && (
        <ProxyForm
          key={`edit-${editing.turn}`}
          opened={editing.opened}
          onClose={editing.close}
          proxy={editing.value.proxy}
        />
      )}
      {importing.value && (
        <ImportProxies
          key={`import-${importing.turn}`}
          opened={importing.opened}
          onClose={importing.close}
        />
      )}
      {moving.value && (
        <MoveAccounts
          key={`move-${moving.turn}`}
          opened={moving.opened}
          onClose={moving.close}
          proxy={moving.value}
          all={proxies.data ?? []}
        />
      )}
      {looking.value && (
        <ProxyUsersDialog
          key={`users-${looking.turn}`}
          opened={looking.opened}
          onClose={looking.close}
          proxy={looking.value}
        />
      )}
      <ConfirmDialog
        opened={deleting.opened}
        onClose={deleting.close}
        title={t('delete.title', { name: deleting.value?.name ?? '' })}
        text={t('delete.text')}
        confirmLabel={t('delete.confirm')}
        pending={remove.isPending}
        onConfirm={() => deleting.value && remove.mutate({ id: deleting.value.id })}
      />
    </>
  );
}

type FoundProps = {
  all: readonly ProxyView[];
  children: (shown: readonly ProxyView[]) => React.ReactNode;
};

/** Those of the list that are looked for. */
function Found({ all, children }: FoundProps) {
  const { t } = useTranslation('proxies');
  const [search, setSearch] = useState('');
  const [health, setHealth] = useState<ProxyHealth | null>(null);
  const wanted = search.trim().toLowerCase();
  const shown = all.filter(
    (proxy) =>
      (health === null || proxy.health === health) &&
      `${proxy.name}\n${proxy.shown}`.toLowerCase().includes(wanted),
  );
  const count = (wanted === '' ? 0 : 1) + (health === null ? 0 : 1);
  const clear = () => {
    setSearch('');
    setHealth(null);
  };
  return (
    <>
      <FilterBar count={count} onClear={clear}>
        <SearchField
          label={t('search')}
          placeholder={t('searchHint')}
          value={search}
          onChange={setSearch}
        />
        <Select
          aria-label={t('column.health')}
          placeholder={t('anyHealth')}
          clearable
          data={ProxyHealth.options.map((value) => ({ value, label: t(`health.${value}`) }))}
          value={health}
          onChange={(value) => setHealth(ProxyHealth.nullable().catch(null).parse(value))}
        />
      </FilterBar>
      <Section flush>
        {shown.length > 0 ? (
          children(shown)
        ) : (
          <EmptyState
            icon={IconRoute}
            title={t('nothingFound')}
            action={
              <Group justify="center">
                <Button variant="default" onClick={clear}>
                  {t('showAll')}
                </Button>
              </Group>
            }
          />
        )}
      </Section>
    </>
  );
}
