import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { can } from '#shared/permissions.ts';
import type { QuotaState } from '#shared/schemas/quotas.ts';
import { trpc } from '../../lib/trpc.ts';
import { useMe } from '../../lib/use-me.ts';
import { DrawerFrame } from '../../ui/FormModal.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { LimitTaken } from './LimitBar.tsx';
import { LimitsEditor } from './LimitsEditor.tsx';
import type { LimitsOf } from './limits-context.tsx';
import classes from './quotas.module.css';

const REFRESH_MS = 10_000;

type LimitsDrawerProps = {
  of: LimitsOf | null;
  opened: boolean;
  turn: number;
  onClose: () => void;
};

/** Every limit of one thing, how much of each is taken, and what other limits would have done. */
export function LimitsDrawer({ of, opened, turn, onClose }: LimitsDrawerProps) {
  const { t } = useTranslation('quotas');
  return (
    <DrawerFrame
      opened={opened && of !== null}
      onClose={onClose}
      title={of ? t(`title.${of.subject}`, { name: of.name }) : ''}
    >
      {of && <Limits key={turn} of={of} onDone={onClose} />}
    </DrawerFrame>
  );
}

function Limits({ of, onDone }: { of: LimitsOf; onDone: () => void }) {
  const { t } = useTranslation('quotas');
  const me = useMe();
  const { subject, id } = of;
  const query = useQuery(
    trpc.quotas.list.queryOptions({ subject, id }, { refetchInterval: REFRESH_MS, staleTime: 0 }),
  );
  const readOnly = !can(me, 'limits.write') && subject === 'user';
  return (
    <div className={classes.drawer}>
      <Text c="dimmed" fz="sm" mb="md">
        {readOnly ? t('aboutMine') : t(`about.${subject}`)}
      </Text>
      <QueryBoundary query={query}>
        {(states) =>
          readOnly ? (
            <InForce states={states} />
          ) : (
            <LimitsEditor of={of} states={states} onDone={onDone} />
          )
        }
      </QueryBoundary>
    </div>
  );
}

/** The limits of somebody who may not change them. */
function InForce({ states }: { states: readonly QuotaState[] }) {
  const { t } = useTranslation('quotas');
  if (states.length === 0) return <Text>{t('my.none')}</Text>;
  return (
    <ul className={classes.limits}>
      {states.map((state) => (
        <li key={state.metric}>
          <Text fw={500} fz="sm" mb={4}>
            {t(`metric.${state.metric}`)}
          </Text>
          <LimitTaken state={state} />
        </li>
      ))}
    </ul>
  );
}
