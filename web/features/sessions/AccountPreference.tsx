import { Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Section } from '../../ui/Section.tsx';

/** Whether lent accounts are asked before the person's own; it counts from the next request on. */
export function AccountPreference() {
  const { t } = useTranslation('profile');
  const wishes = useQuery(trpc.sessions.preferences.queryOptions());
  const prefer = useAppMutation(trpc.sessions.prefer.mutationOptions(), {
    success: ({ preferShared }) => t(preferShared ? 'accounts.on' : 'accounts.off'),
    invalidate: [trpc.sessions.preferences.queryFilter()],
  });
  const wanted = prefer.isPending ? prefer.variables : wishes.data;
  return (
    <Section title={t('accounts.title')} text={t('accounts.text')}>
      {wishes.isLoadingError ? (
        <ErrorState error={wishes.error} onRetry={() => void wishes.refetch()} />
      ) : (
        <Switch
          label={t('accounts.preferShared')}
          description={t('accounts.preferSharedHint')}
          checked={wanted?.preferShared ?? false}
          disabled={!wishes.data || prefer.isPending}
          onChange={(event) => prefer.mutate({ preferShared: event.currentTarget.checked })}
        />
      )}
    </Section>
  );
}
