import { ActionIcon, Button, Group, Indicator, Popover, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBell } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { AlertView } from '#shared/schemas/alerts.ts';
import { formatDateTime, formatRelative } from '../../lib/format.ts';
import { useNow } from '../../lib/use-now.ts';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { placeOf, SEVERITY_COLORS, wordsOf } from './alert-words.ts';
import classes from './alerts.module.css';
import { useMarkAllRead, useMarkRead, useNewest, useUnread } from './use-alerts.ts';

const MOST_SHOWN = 99;

/** How many alerts wait for the person, and the newest of them. */
export function AlertBell() {
  const { t } = useTranslation('alerts');
  const [opened, { close, toggle }] = useDisclosure(false);
  const { data } = useUnread();
  const count = data?.count ?? 0;
  const shown = count > MOST_SHOWN ? `${MOST_SHOWN}+` : String(count);
  const name = count === 0 ? t('bell.none') : t('bell.open', { shown });
  return (
    <Popover
      opened={opened}
      onDismiss={close}
      position="bottom-end"
      width={380}
      trapFocus
      returnFocus
      withRoles
    >
      <Popover.Target>
        <Indicator
          label={shown}
          size={16}
          offset={6}
          disabled={count === 0}
          color={SEVERITY_COLORS[data?.worst ?? 'info']}
          autoContrast
        >
          <ActionIcon size="lg" onClick={toggle} aria-label={name} title={name}>
            <IconBell size={18} stroke={1.7} />
          </ActionIcon>
        </Indicator>
      </Popover.Target>
      <Popover.Dropdown className={classes.dropdown ?? ''} aria-label={t('bell.title')}>
        <Newest opened={opened} onDone={close} />
      </Popover.Dropdown>
    </Popover>
  );
}

function Newest({ opened, onDone }: { opened: boolean; onDone: () => void }) {
  const { t } = useTranslation('alerts');
  const newest = useNewest(opened);
  const readAll = useMarkAllRead(t('allRead'));
  return (
    <>
      <Group justify="space-between" className={classes.head ?? ''} wrap="nowrap">
        <Text fw={600}>{t('bell.title')}</Text>
        <Button
          size="compact-sm"
          variant="subtle"
          disabled={newest.data?.rows.length === 0}
          loading={readAll.isPending}
          onClick={() => readAll.mutate()}
        >
          {t('readAll')}
        </Button>
      </Group>
      <QueryBoundary query={newest}>
        {({ rows }) =>
          rows.length === 0 ? (
            <Text c="dimmed" ta="center" p="lg">
              {t('bell.empty')}
            </Text>
          ) : (
            <ul className={classes.rows} aria-label={t('list')}>
              {rows.map((alert) => (
                <li key={alert.id}>
                  <Item alert={alert} onDone={onDone} />
                </li>
              ))}
            </ul>
          )
        }
      </QueryBoundary>
      <div className={classes.foot}>
        <Button component={Link} to="/alerts" variant="default" fullWidth onClick={onDone}>
          {t('bell.all')}
        </Button>
      </div>
    </>
  );
}

function Item({ alert, onDone }: { alert: AlertView; onDone: () => void }) {
  const { t } = useTranslation('alerts');
  const now = useNow();
  const read = useMarkRead();
  const { next, title } = wordsOf(alert);
  return (
    <Link
      {...placeOf(alert)}
      className={classes.item}
      onClick={() => {
        read.mutate({ ids: [alert.id] });
        onDone();
      }}
    >
      <Group gap={8} wrap="nowrap" align="flex-start">
        <div className={classes.words}>
          <Text fw={550} fz="sm">
            {title}
          </Text>
          <Text fz="xs" c="dimmed">
            {alert.resolvedAt === null ? next : t('over', { at: formatDateTime(alert.resolvedAt) })}
          </Text>
          <Text fz="xs" c="dimmed">
            {t(`severity.${alert.severity}`)} · {formatRelative(alert.firstAt, now)}
          </Text>
        </div>
      </Group>
    </Link>
  );
}
