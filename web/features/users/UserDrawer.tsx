import { Anchor, Badge, Button, Drawer, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { UserView } from '#shared/schemas/users.ts';
import { formatNumber } from '../../lib/format.ts';
import { useRoleName } from '../../lib/role-name.ts';
import { trpc } from '../../lib/trpc.ts';
import { useCan } from '../../lib/use-me.ts';
import { RelativeTime } from '../../ui/figures.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { StateBadge } from '../../ui/StateBadge.tsx';
import { LimitTaken } from '../quotas/LimitBar.tsx';
import { UserDevices } from './UserDevices.tsx';
import { stateOf } from './UsersTable.tsx';
import { UserAccounts, UserIdentities, UserKeys, UserReceipts } from './UserThings.tsx';
import type { UserAction } from './user-actions.ts';
import classes from './users.module.css';

type UserDrawerProps = {
  id: string | null;
  name: string;
  opened: boolean;
  onClose: () => void;
  onAction: (action: UserAction, user: UserView) => void;
};

/** Everything about one person: facts, limits with what is left, keys, accounts, devices, ways in, and where to look further. */
export function UserDrawer({ id, name, opened, onClose, onAction }: UserDrawerProps) {
  const { t } = useTranslation('common');
  return (
    <Drawer
      opened={opened && id !== null}
      onClose={() => {
        // Escape closes what lies on top, and reaches every open dialog.
        if (document.querySelectorAll('[role="dialog"]').length < 2) onClose();
      }}
      position="right"
      size={560}
      title={name}
      styles={{ title: { fontSize: '1.0625rem', fontWeight: 620, overflowWrap: 'anywhere' } }}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {id !== null && <Person id={id} onAction={onAction} />}
    </Drawer>
  );
}

function Person({ id, onAction }: { id: string; onAction: UserDrawerProps['onAction'] }) {
  const { t } = useTranslation('users');
  const query = useQuery(trpc.users.get.queryOptions({ id }));
  const mayWrite = useCan('users.write');
  const maySeeLimits = useCan('limits.read');
  const maySeeKeys = useCan('keys.read');
  const maySeeAccounts = useCan('accounts.read');
  return (
    <QueryBoundary query={query}>
      {(user) => (
        <Stack gap="lg">
          <Facts user={user} />
          {mayWrite && (
            <Group gap="xs">
              <Button size="xs" variant="default" onClick={() => onAction('edit', user)}>
                {t('action.edit')}
              </Button>
            </Group>
          )}
          {maySeeLimits && <Limits id={id} />}
          {maySeeKeys && <UserKeys id={id} />}
          {maySeeAccounts && <UserAccounts id={id} />}
          <UserDevices id={id} name={user.username} />
          <UserIdentities id={id} />
          <UserReceipts id={id} />
          <Elsewhere user={user} />
        </Stack>
      )}
    </QueryBoundary>
  );
}

function Facts({ user }: { user: UserView }) {
  const { t } = useTranslation(['users', 'common']);
  const roleName = useRoleName();
  const factors = [
    ...(user.secondFactor ? [t('factors.app')] : []),
    ...(user.passkeys > 0 ? [t('factors.passkeys', { count: user.passkeys })] : []),
  ];
  return (
    <dl className={classes.facts}>
      <Fact label={t('form.displayName')}>{user.displayName || '–'}</Fact>
      <Fact label={t('drawer.email')}>
        {user.email ?? '–'}
        {user.email !== null && (
          <Badge
            ml={6}
            size="sm"
            variant="light"
            tt="none"
            color={user.emailVerified ? 'teal' : 'gray'}
          >
            {t(user.emailVerified ? 'drawer.verified' : 'drawer.unverified')}
          </Badge>
        )}
      </Fact>
      <Fact label={t('column.state')}>
        <StateBadge state={stateOf(user)} />
      </Fact>
      <Fact label={t('column.role')}>{roleName(user.role)}</Fact>
      <Fact label={t('column.level')}>{user.trustLevel}</Fact>
      <Fact label={t('column.factors')}>{factors.join(', ') || t('factors.none')}</Fact>
      <Fact label={t('column.holds')}>
        <span className="gh-figures">
          {formatNumber(user.keys)} · {formatNumber(user.accounts)}
        </span>
      </Fact>
      <Fact label={t('column.seen')}>
        <RelativeTime iso={user.lastSeenAt} />
      </Fact>
      <Fact label={t('drawer.since')}>
        <RelativeTime iso={user.createdAt} />
      </Fact>
    </dl>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** What the person may use and how much of it is taken, their trust level's part marked. */
function Limits({ id }: { id: string }) {
  const { t } = useTranslation(['users', 'quotas']);
  const query = useQuery(trpc.quotas.ofUser.queryOptions({ id }));
  return (
    <section>
      <Title order={3} fz="md" mb="xs">
        {t('drawer.limits')}
      </Title>
      <QueryBoundary query={query}>
        {({ own }) =>
          own.length === 0 ? (
            <Text c="dimmed">{t('limits.none')}</Text>
          ) : (
            <Stack gap="sm">
              {own.map((state) => (
                <div key={state.metric}>
                  <Group justify="space-between" gap="xs" mb={4}>
                    <Text fz="sm" fw={500}>
                      {t(`quotas:metric.${state.metric}`)}
                    </Text>
                    {state.trustLevel !== undefined && (
                      <Text fz="xs" c="dimmed">
                        {t('quotas:my.fromLevel', { level: state.trustLevel })}
                      </Text>
                    )}
                  </Group>
                  <LimitTaken state={state} />
                </div>
              ))}
            </Stack>
          )
        }
      </QueryBoundary>
    </section>
  );
}

/** Where more is told of the person, for those who may see it. */
function Elsewhere({ user }: { user: UserView }) {
  const { t } = useTranslation('users');
  const mayAudit = useCan('audit.read');
  const mayUsage = useCan('usage.read');
  return (
    <Group gap="md">
      {mayUsage && (
        <Anchor
          fz="sm"
          renderRoot={(props) => <Link to="/usage" search={{ user: user.id }} {...props} />}
        >
          {t('drawer.usage')}
        </Anchor>
      )}
      {mayAudit && (
        <Anchor
          fz="sm"
          renderRoot={(props) => <Link to="/audit" search={{ actor: user.id }} {...props} />}
        >
          {t('drawer.did')}
        </Anchor>
      )}
      {mayAudit && (
        <Anchor
          fz="sm"
          renderRoot={(props) => <Link to="/audit" search={{ target: user.username }} {...props} />}
        >
          {t('drawer.happened')}
        </Anchor>
      )}
    </Group>
  );
}
