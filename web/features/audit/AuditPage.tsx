import { Button } from '@mantine/core';
import { IconHistory, IconRefresh } from '@tabler/icons-react';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ExportMenu } from '../../ui/ExportMenu.tsx';
import { PagedSection } from '../../ui/PagedSection.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { AuditDrawer } from './AuditDrawer.tsx';
import { AuditFilters } from './AuditFilters.tsx';
import { AuditTable } from './AuditTable.tsx';
import { type AuditSearch, countFilters, readAuditSearch, toAuditFilter } from './audit-search.ts';
import { ChainState } from './ChainState.tsx';
import { useAuditList } from './use-audit-list.ts';

const route = getRouteApi('/shell/audit');

/** Who changed what; the address holds the filters and the open row. */
export function AuditPage() {
  const { t } = useTranslation(['audit', 'common']);
  const search = readAuditSearch(route.useSearch());
  const navigate = useNavigate({ from: '/audit' });
  const list = useAuditList(search);

  const change = (next: AuditSearch, replace = true) =>
    void navigate({
      search: (before) => readAuditSearch({ ...before, ...next }),
      replace,
      resetScroll: false,
    });

  return (
    <>
      <PageHeader
        title={t('title')}
        subtitle={t('subtitle')}
        actions={
          <>
            <ExportMenu name="audit" filter={() => toAuditFilter(search, Date.now())} />
            <Button
              variant="default"
              leftSection={<IconRefresh size={16} stroke={1.7} />}
              loading={list.isRefreshing}
              onClick={list.refresh}
            >
              {t('common:refresh')}
            </Button>
          </>
        }
      />
      <ChainState />
      <AuditFilters search={search} onChange={change} />
      <PagedSection
        pages={list}
        empty={<Empty filtered={countFilters(search) > 0} />}
        shown={(count) => t('shown', { count })}
      >
        {(rows, more) => (
          <AuditTable rows={rows} onOpen={({ seq }) => change({ open: seq }, false)} {...more} />
        )}
      </PagedSection>
      <AuditDrawer seq={search.open} rows={list.rows} onClose={() => change({ open: undefined })} />
    </>
  );
}

function Empty({ filtered }: { filtered: boolean }) {
  const { t } = useTranslation('audit');
  return (
    <EmptyState
      icon={IconHistory}
      title={t(filtered ? 'empty.filteredTitle' : 'empty.title')}
      text={t(filtered ? 'empty.filteredText' : 'empty.text')}
    />
  );
}
