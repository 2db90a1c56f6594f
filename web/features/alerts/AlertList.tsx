import { Badge, Button, Group, Menu, SegmentedControl, Select, Text } from '@mantine/core';
import { IconBell, IconChecks } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  ALERT_KINDS,
  ALERT_SEVERITIES,
  AlertKind,
  AlertSeverity,
  type AlertView,
} from '#shared/schemas/alerts.ts';
import { formatDateTime } from '../../lib/format.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PagedSection } from '../../ui/PagedSection.tsx';
import { RowMenu } from '../../ui/RowMenu.tsx';
import { StateBadge } from '../../ui/StateBadge.tsx';
import { placeOf, SEVERITY_COLORS, textKey, wordsOf } from './alert-words.ts';
import classes from './alerts.module.css';
import { type AlertFilter, useAlertList, useMarkAllRead, useMarkRead } from './use-alerts.ts';

const STATES = ['all', 'open', 'unread'] as const;

/** All alerts of the person, newest first. */
export function AlertList() {
  const { t } = useTranslation('alerts');
  const [filter, setFilter] = useState<AlertFilter>({ state: 'all' });
  const pages = useAlertList(filter);
  const read = useMarkRead();
  const columns = useColumns();
  const isFiltered = filter.state !== 'all' || Boolean(filter.kind ?? filter.severity);
  return (
    <>
      <Bar filter={filter} onChange={setFilter} />
      <PagedSection
        pages={pages}
        shown={(count) => t('shown', { count })}
        empty={
          <EmptyState
            icon={IconBell}
            title={t(isFiltered ? 'emptyFiltered' : 'empty')}
            text={t(isFiltered ? 'emptyFilteredText' : 'emptyText')}
          />
        }
      >
        {(rows, more) => (
          <DataTable
            label={t('list')}
            rows={rows}
            rowKey={({ id }) => id}
            columns={columns}
            {...more}
            actions={(alert) => (
              <RowMenu name={wordsOf(alert).title}>
                <Menu.Item
                  component={Link}
                  {...placeOf(alert)}
                  onClick={() => read.mutate({ ids: [alert.id] })}
                >
                  {t('go')}
                </Menu.Item>
                {!alert.read && (
                  <Menu.Item onClick={() => read.mutate({ ids: [alert.id] })}>
                    {t('read')}
                  </Menu.Item>
                )}
              </RowMenu>
            )}
          />
        )}
      </PagedSection>
    </>
  );
}

type BarProps = { filter: AlertFilter; onChange: (filter: AlertFilter) => void };

function Bar({ filter, onChange }: BarProps) {
  const { t } = useTranslation('alerts');
  const readAll = useMarkAllRead(t('allRead'));
  return (
    <Group mb="md" gap="sm" justify="space-between">
      <Group gap="sm">
        <SegmentedControl
          aria-label={t('show.label')}
          value={filter.state}
          onChange={(state) =>
            onChange({ ...filter, state: STATES.find((one) => one === state) ?? 'all' })
          }
          data={STATES.map((value) => ({ value, label: t(`show.${value}`) }))}
        />
        <Select
          aria-label={t('filter.severity')}
          placeholder={t('filter.anySeverity')}
          clearable
          w={160}
          value={filter.severity ?? null}
          onChange={(value) =>
            onChange({ ...filter, severity: AlertSeverity.safeParse(value).data })
          }
          data={ALERT_SEVERITIES.map((value) => ({ value, label: t(`severity.${value}`) }))}
        />
        <Select
          aria-label={t('filter.kind')}
          placeholder={t('filter.anyKind')}
          clearable
          w={220}
          value={filter.kind ?? null}
          onChange={(value) => onChange({ ...filter, kind: AlertKind.safeParse(value).data })}
          data={ALERT_KINDS.map((value) => ({ value, label: t(textKey(value)) }))}
        />
      </Group>
      <Button
        variant="default"
        leftSection={<IconChecks size={16} stroke={1.7} />}
        loading={readAll.isPending}
        onClick={() => readAll.mutate()}
      >
        {t('readAll')}
      </Button>
    </Group>
  );
}

function useColumns(): Column<AlertView>[] {
  const { t } = useTranslation('alerts');
  return [
    {
      id: 'alert',
      header: t('column.alert'),
      primary: true,
      cell: (alert) => <Words alert={alert} />,
    },
    {
      id: 'severity',
      header: t('column.severity'),
      width: 110,
      cell: ({ severity }) => (
        <Badge variant="light" color={SEVERITY_COLORS[severity]}>
          {t(`severity.${severity}`)}
        </Badge>
      ),
    },
    {
      id: 'count',
      header: t('column.count'),
      align: 'right',
      width: 80,
      cell: ({ count }) => count,
    },
    {
      id: 'first',
      header: t('column.first'),
      width: 190,
      cell: ({ firstAt }) => formatDateTime(firstAt),
    },
    {
      id: 'state',
      header: t('column.state'),
      width: 200,
      cell: ({ resolvedAt }) =>
        resolvedAt === null ? (
          <StateBadge state="failed" label={t('isOpen')} />
        ) : (
          <StateBadge state="ok" label={t('over', { at: formatDateTime(resolvedAt) })} />
        ),
    },
  ];
}

function Words({ alert }: { alert: AlertView }) {
  const { t } = useTranslation('alerts');
  const { next, text, title } = wordsOf(alert);
  return (
    <div className={classes.words}>
      <span className={alert.read ? undefined : classes.fresh}>{title}</span>
      {!alert.read && (
        <Text span fz="xs" c="dimmed" fw={400}>
          {` · ${t('unread')}`}
        </Text>
      )}
      <Text fz="xs" c="dimmed" fw={400}>
        {text}
      </Text>
      {alert.resolvedAt === null && (
        <Text fz="xs" fw={400}>
          {next}
        </Text>
      )}
    </div>
  );
}
