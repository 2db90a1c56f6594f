import { MultiSelect, Switch, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { AccountView } from '#shared/schemas/accounts.ts';
import { trpc } from '../../lib/trpc.ts';
import { NumberOrUnlimited } from '../../ui/NumberOrUnlimited.tsx';
import classes from './accounts.module.css';
import type { LendingValues } from './lending-form.ts';
import { useBorrowers } from './use-borrowers.ts';

type LoanForm = { form: UseFormReturnType<LendingValues> };

/** The terms of a loan: whom, which models, when, how much. */
export function LoanFields({ form, account }: LoanForm & { account: AccountView }) {
  const { t } = useTranslation('accounts');
  return (
    <>
      <People form={form} account={account} />
      <Models form={form} />
      <Switch
        label={t('board.settings.hours')}
        description={t('board.settings.hoursHint')}
        {...form.getInputProps('timed', { type: 'checkbox' })}
      />
      {form.values.timed && (
        <div className={classes.clocks}>
          <TextInput type="time" label={t('board.settings.from')} {...form.getInputProps('from')} />
          <TextInput type="time" label={t('board.settings.to')} {...form.getInputProps('to')} />
        </div>
      )}
      <NumberOrUnlimited
        label={t('board.settings.share')}
        description={t('board.settings.shareHint')}
        max={1_000_000_000_000}
        suggestion={1_000_000}
        {...form.getInputProps('tokensPerDay')}
      />
    </>
  );
}

function People({ form, account }: LoanForm & { account: AccountView }) {
  const { t } = useTranslation(['accounts', 'common']);
  const { people, complete } = useBorrowers(account);
  const chosen = form.values.users;
  const known = new Set(people.map(({ value }) => value));
  const others = chosen
    .filter((id) => !known.has(id))
    .map((id) => ({ value: id, label: t('board.settings.someone', { id: id.slice(-6) }) }));
  return (
    <MultiSelect
      label={t('board.settings.people')}
      description={t(complete ? 'board.settings.peopleHint' : 'board.settings.peopleMember')}
      placeholder={chosen.length === 0 ? t('board.settings.peopleAll') : ''}
      data={[...people, ...others]}
      searchable
      clearable
      hidePickedOptions
      limit={200}
      maxValues={1_000}
      clearButtonProps={{ 'aria-label': t('common:clear') }}
      {...form.getInputProps('users')}
    />
  );
}

function Models({ form }: LoanForm) {
  const { t } = useTranslation(['accounts', 'common']);
  const available = useQuery(trpc.models.available.queryOptions());
  const chosen = form.values.models;
  const names = (available.data ?? []).map(({ name }) => name);
  return (
    <MultiSelect
      label={t('board.settings.models')}
      description={t('board.settings.modelsHint')}
      placeholder={chosen.length === 0 ? t('board.settings.modelsAll') : ''}
      data={[...new Set([...names, ...chosen])]}
      searchable
      clearable
      hidePickedOptions
      limit={200}
      maxValues={1_000}
      clearButtonProps={{ 'aria-label': t('common:clear') }}
      {...form.getInputProps('models')}
    />
  );
}
