import { Autocomplete, Button, Menu, Text } from '@mantine/core';
import { IconListSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AccountView } from '#shared/schemas/accounts.ts';
import type { PlatformView } from '#shared/schemas/platforms.ts';
import { readError } from '../../lib/errors.ts';
import { trpc } from '../../lib/trpc.ts';
import { describeError } from '../../ui/describe-error.ts';

type UpstreamFieldProps = {
  platform: PlatformView | undefined;
  /** The person's accounts there, with which the list can be fetched. */
  accounts: readonly AccountView[];
  value: string;
  error: unknown;
  onChange: (model: string) => void;
};

/** The platform's name of a model: typed, or picked from what the platform says it offers. */
export function UpstreamField(props: UpstreamFieldProps) {
  const { platform, accounts, value, error, onChange } = props;
  const { t } = useTranslation('models');
  const [accountId, setAccountId] = useState<string | null>(null);
  const chosen = accounts.find(({ id }) => id === accountId);
  const offer = useQuery(
    trpc.accounts.upstreamModels.queryOptions(
      { id: chosen?.id ?? '' },
      { enabled: chosen !== undefined, staleTime: 300_000, retry: false },
    ),
  );
  const fetched = chosen ? offer.data?.models : undefined;
  const choices = [...new Set(fetched ?? platform?.models ?? [])];
  const fetchWith = (id: string) => {
    if (id === accountId) void offer.refetch();
    setAccountId(id);
  };
  return (
    <div>
      <Autocomplete
        label={t('form.upstream')}
        required
        data={choices}
        limit={100}
        maxLength={200}
        spellCheck={false}
        autoCapitalize="none"
        maxDropdownHeight={260}
        value={value}
        error={error as string | undefined}
        onChange={onChange}
      />
      {platform && <FetchList accounts={accounts} loading={offer.isFetching} onFetch={fetchWith} />}
      <Text fz="xs" c="dimmed" role="status">
        {chosen && offer.isFetching && t('form.fetching', { platform: platform?.name ?? '' })}
        {fetched && !offer.isFetching && t('form.fetched', { count: fetched.length })}
      </Text>
      {chosen && offer.error && !offer.isFetching && <FetchError error={offer.error} />}
    </div>
  );
}

type FetchListProps = {
  accounts: readonly AccountView[];
  loading: boolean;
  onFetch: (accountId: string) => void;
};

function FetchList({ accounts, loading, onFetch }: FetchListProps) {
  const { t } = useTranslation('models');
  const only = accounts.length === 1 ? accounts[0] : undefined;
  const button = (onClick?: () => void) => (
    <Button
      variant="subtle"
      size="compact-sm"
      mt={4}
      ml={-8}
      fw={400}
      leftSection={<IconListSearch size={15} />}
      loading={loading}
      {...(onClick ? { onClick } : {})}
    >
      {t('form.fetch')}
    </Button>
  );
  if (accounts.length === 0) {
    return (
      <Text fz="xs" c="dimmed" mt={4}>
        {t('form.noAccount')}
      </Text>
    );
  }
  if (only) return button(() => onFetch(only.id));
  return (
    <Menu position="bottom-start" returnFocus>
      <Menu.Target>{button()}</Menu.Target>
      <Menu.Dropdown mah={280} style={{ overflow: 'auto' }}>
        <Menu.Label>{t('form.fetchWith')}</Menu.Label>
        {accounts.map(({ id, name }) => (
          <Menu.Item key={id} onClick={() => onFetch(id)}>
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function FetchError({ error }: { error: unknown }) {
  const { t } = useTranslation('models');
  const { title, detail } = describeError(readError(error));
  return (
    <Text fz="sm" c="var(--mantine-color-error)" role="alert" style={{ overflowWrap: 'anywhere' }}>
      {t('form.fetchFailed')}: {detail || title}
    </Text>
  );
}
