import { Drawer, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { trpc } from '../../lib/trpc.ts';
import { useMe } from '../../lib/use-me.ts';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { LimitsEditor } from './LimitsEditor.tsx';
import type { LimitsOf } from './limits-context.tsx';

const REFRESH_MS = 10_000;

type LimitsDrawerProps = {
  of: LimitsOf | null;
  opened: boolean;
  turn: number;
  onClose: () => void;
};

/** Every limit of one thing, how much of each is taken, and what other limits would have done. */
export function LimitsDrawer({ of, opened, turn, onClose }: LimitsDrawerProps) {
  const { t } = useTranslation(['quotas', 'common']);
  return (
    <Drawer
      opened={opened && of !== null}
      onClose={onClose}
      position="right"
      size={480}
      title={of && t(`title.${of.subject}`, { name: of.name })}
      styles={{ title: { fontSize: '1.0625rem', fontWeight: 620, overflowWrap: 'anywhere' } }}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      {of && <Limits key={turn} of={of} onDone={onClose} />}
    </Drawer>
  );
}

function Limits({ of, onDone }: { of: LimitsOf; onDone: () => void }) {
  const { t } = useTranslation('quotas');
  const me = useMe();
  const { subject, id } = of;
  const query = useQuery(
    trpc.quotas.list.queryOptions({ subject, id }, { refetchInterval: REFRESH_MS, staleTime: 0 }),
  );
  const readOnly = me.role !== 'admin' && subject === 'user';
  return (
    <>
      <Text c="dimmed" fz="sm" mb="md">
        {t(`about.${subject}`)}
      </Text>
      <QueryBoundary query={query}>
        {(states) => <LimitsEditor of={of} states={states} readOnly={readOnly} onDone={onDone} />}
      </QueryBoundary>
    </>
  );
}
