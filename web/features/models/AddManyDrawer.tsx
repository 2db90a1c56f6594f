import { Button, Progress, Select, Text } from '@mantine/core';
import { IconPlugConnected } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AccountView } from '#shared/schemas/accounts.ts';
import type { ModelView } from '#shared/schemas/models.ts';
import { trpc } from '../../lib/trpc.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { FormDrawer } from '../../ui/FormModal.tsx';
import { LoadingRows } from '../../ui/LoadState.tsx';
import { notifySuccess } from '../../ui/notify.tsx';
import { Failures } from './Failures.tsx';
import { OfferList } from './OfferList.tsx';
import { offerToModel, toOffers } from './offered-models.ts';
import { useAddModels } from './use-add-models.ts';

type AddManyDrawerProps = { opened: boolean; onClose: () => void; models: readonly ModelView[] };

/** Adds models by the dozen from what a platform says it offers. */
export function AddManyDrawer({ opened, onClose, models }: AddManyDrawerProps) {
  const { t } = useTranslation('models');
  const accounts = useQuery(trpc.accounts.list.queryOptions());
  const own = (accounts.data ?? [])
    .filter(({ mine }) => mine)
    .sort((a, b) => Number(b.state === 'active') - Number(a.state === 'active'));
  const [picked, setPicked] = useState<string | null>(null);
  const account = own.find(({ id }) => id === picked) ?? (own.length === 1 ? own[0] : undefined);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const adding = useAddModels();
  const offer = useQuery(
    trpc.accounts.upstreamModels.queryOptions(
      { id: account?.id ?? '' },
      { enabled: account !== undefined, staleTime: 300_000, retry: false },
    ),
  );
  const offers = toOffers(
    offer.data?.models ?? [],
    models.map(({ name }) => name),
  );

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!account || chosen.size === 0 || adding.progress) return;
    const wanted = offers.filter(({ name, status }) => status === 'new' && chosen.has(name));
    const added = await adding.run(wanted.map((each) => offerToModel(account.platformId, each)));
    if (added > 0) notifySuccess(t('many.done', { count: added }));
    if (added === wanted.length) onClose();
    else setChosen(new Set());
  }

  return (
    <FormDrawer
      opened={opened}
      onClose={onClose}
      title={t('many.title')}
      onSubmit={(event) => void submit(event)}
      submitLabel={t('many.submit', { count: chosen.size })}
      pending={adding.progress !== null}
    >
      <Text c="dimmed" fz="sm">
        {t('many.text')}
      </Text>
      {accounts.data && own.length === 0 ? (
        <EmptyState
          icon={IconPlugConnected}
          title={t('many.noAccounts')}
          text={t('many.noAccountsText')}
          action={
            <Button component={Link} to="/accounts" hash="add">
              {t('many.toAccounts')}
            </Button>
          }
        />
      ) : (
        <AccountSelect
          accounts={own}
          value={account?.id ?? null}
          onChange={(id) => {
            setPicked(id);
            setChosen(new Set());
          }}
        />
      )}
      {account && offer.isFetching && !offer.data && <LoadingRows />}
      {account && offer.error && !offer.isFetching && (
        <ErrorState error={offer.error} onRetry={() => void offer.refetch()} />
      )}
      {account && offer.data && (
        <OfferList key={account.id} offers={offers} chosen={chosen} onChange={setChosen} />
      )}
      {adding.progress && (
        <div role="status">
          <Text fz="sm" className="gh-figures">
            {t('many.adding', adding.progress)}
          </Text>
          <Progress value={(100 * adding.progress.done) / adding.progress.total} mt={4} />
        </div>
      )}
      <Failures failures={adding.failures} />
    </FormDrawer>
  );
}

type AccountSelectProps = {
  accounts: readonly AccountView[];
  value: string | null;
  onChange: (id: string | null) => void;
};

function AccountSelect({ accounts, value, onChange }: AccountSelectProps) {
  const { t } = useTranslation('models');
  return (
    <Select
      label={t('many.account')}
      description={t('many.accountHint')}
      data={accounts.map(({ id, name, platformName }) => ({
        value: id,
        label: name === platformName ? name : `${platformName} · ${name}`,
      }))}
      searchable
      allowDeselect={false}
      data-autofocus
      value={value}
      onChange={onChange}
    />
  );
}
