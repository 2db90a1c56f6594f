import { Button, Group, Text } from '@mantine/core';
import { IconFilterOff, IconUsers } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { UserSort, UserView } from '#shared/schemas/users.ts';
import { formatNumber } from '../../lib/format.ts';
import { useCan } from '../../lib/use-me.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ExportMenu } from '../../ui/ExportMenu.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Section } from '../../ui/Section.tsx';
import { BulkBar } from './BulkBar.tsx';
import { UsersFilters } from './UsersFilters.tsx';
import { UsersTable } from './UsersTable.tsx';
import {
  isNarrowed,
  type ListFilter,
  type ListSort,
  toFilter,
  useUsersList,
} from './use-users-list.ts';
import type { UserAction } from './user-actions.ts';

type UserListProps = {
  /** What to do where there is nobody yet. */
  empty: ReactNode;
  onOpen: (user: UserView) => void;
  onAction: (action: UserAction, user: UserView) => void;
};

/** Thousands of people, narrowed and sorted by the server. */
export function UserList({ empty, onOpen, onAction }: UserListProps) {
  const { t } = useTranslation('users');
  const mayWrite = useCan('users.write');
  const [filter, setFilter] = useState<ListFilter>({});
  const [sort, setSort] = useState<ListSort>({ by: 'name', descending: false });
  const [selected, setSelected] = useState<ReadonlySet<string> | null>(null);
  const list = useUsersList(filter, sort);
  const { counts, more, rows } = list;
  const change = (next: ListFilter) => {
    setFilter(next);
    // What is no longer seen is no longer chosen.
    setSelected((before) => before && new Set());
  };
  const toggle = (id: string) =>
    setSelected((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const sortBy = (by: string) =>
    setSort((before) => ({
      by: by as UserSort,
      descending: before.by === by ? !before.descending : by === 'seen' || by === 'created',
    }));
  const total = counts && (filter.state ? counts[filter.state] : sumOf(counts));
  return (
    <>
      <UsersFilters filter={filter} counts={counts} onChange={change} />
      <Group gap="xs" mb="sm">
        <Text fz="sm" c="dimmed" role="status" className="gh-figures">
          {total === undefined
            ? ''
            : t('filter.total', { count: total, total: formatNumber(total) })}
        </Text>
        <Group gap="xs" ml="auto">
          <ExportMenu name="users" filter={() => queryOf(filter)} />
          {mayWrite && selected === null && rows !== undefined && rows.length > 0 && (
            <Button size="xs" variant="default" onClick={() => setSelected(new Set())}>
              {t('bulk.start')}
            </Button>
          )}
        </Group>
      </Group>
      {selected && (
        <BulkBar
          selected={[...selected]}
          shown={(rows ?? []).map(({ id }) => id)}
          onSelect={(ids) => setSelected(new Set(ids))}
          onDone={() => setSelected(null)}
        />
      )}
      <Section flush>
        <QueryBoundary
          query={{ ...list, data: rows }}
          empty={<Empty filter={filter} add={empty} onClear={() => change({})} />}
        >
          {(shown) => (
            <UsersTable
              users={shown}
              selection={selected && { ids: selected, onToggle: toggle }}
              sorting={{ ...sort, onSort: sortBy }}
              onOpen={onOpen}
              onAction={onAction}
              {...(more ? { more } : {})}
            />
          )}
        </QueryBoundary>
      </Section>
    </>
  );
}

type EmptyProps = { filter: ListFilter; add: ReactNode; onClear: () => void };

function Empty({ filter, add, onClear }: EmptyProps) {
  const { t } = useTranslation('users');
  if (!isNarrowed(filter)) {
    return <EmptyState icon={IconUsers} title={t('empty')} text={t('emptyText')} action={add} />;
  }
  return (
    <EmptyState
      icon={IconFilterOff}
      title={t('filter.noMatch')}
      text={t('filter.noMatchText')}
      action={
        <Button variant="default" onClick={onClear}>
          {t('filter.clear')}
        </Button>
      }
    />
  );
}

function queryOf(filter: ListFilter): Record<string, string | undefined> {
  const { trustLevel, ...rest } = toFilter(filter, Date.now());
  return { ...rest, trustLevel: trustLevel?.toString() };
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
