import { Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { MyPluginKey } from '#shared/schemas/plugin-api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { Section } from '../../ui/Section.tsx';
import { type BadgeState, StateBadge } from '../../ui/StateBadge.tsx';

/** So often it is asked whether an account that is being made is ready. */
const EVERY_MS = 5_000;

type Mine = NonNullable<MyPluginKey>;

const BADGES = {
  pending: 'pending',
  ready: 'active',
  failed: 'failed',
  removed: 'disabled',
} as const satisfies Record<Mine['state'], BadgeState>;

/** Where one stands at the Plug-in API; nothing where none is set up. */
export function MyPluginCard() {
  const { t } = useTranslation('pluginApi');
  const { data: mine } = useQuery(
    trpc.pluginApi.mine.queryOptions(undefined, {
      refetchInterval: ({ state: { data } }) => data?.state === 'pending' && EVERY_MS,
    }),
  );
  if (!mine) return null;
  const { nextTryAt, state } = mine;
  return (
    <Section title={t('mine.title')} text={t('mine.text')}>
      <Group gap="sm">
        <StateBadge state={BADGES[state]} label={t(`mine.states.${state}`)} />
        {nextTryAt !== null && (
          <Text fz="sm" c="dimmed">
            {t('mine.next', { time: formatDateTime(nextTryAt) })}
          </Text>
        )}
      </Group>
    </Section>
  );
}
