import { Loader, MultiSelect, Switch, Text, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AccountView } from '#shared/schemas/accounts.ts';
import { NumberOrUnlimited } from '../../ui/NumberOrUnlimited.tsx';
import classes from './accounts.module.css';
import type { LendingValues } from './lending-form.ts';
import { hoursText, minutesOf, ownHoursText } from './loan-words.ts';
import { ModelsField } from './ModelsField.tsx';
import { useBorrowers } from './use-borrowers.ts';

type LoanForm = { form: UseFormReturnType<LendingValues> };

/** The terms of a loan: whom, which models, when, how much. */
export function LoanFields({ form, account }: LoanForm & { account: AccountView }) {
  const { t } = useTranslation('accounts');
  return (
    <>
      <People form={form} account={account} />
      <ModelsField
        label={t('board.settings.models')}
        description={t('board.settings.modelsHint')}
        none={t('board.settings.modelsAll')}
        chosen={form.values.models}
        input={form.getInputProps('models')}
      />
      <Switch
        label={t('board.settings.hours')}
        description={t('board.settings.hoursHint', { zone: account.zone })}
        {...form.getInputProps('timed', { type: 'checkbox' })}
      />
      {form.values.timed && (
        <div className={classes.clocks}>
          <TextInput type="time" label={t('board.settings.from')} {...form.getInputProps('from')} />
          <TextInput type="time" label={t('board.settings.to')} {...form.getInputProps('to')} />
          <HoursMeaning form={form} zone={account.zone} />
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

/** What the two times mean for whoever lends, in words. */
function HoursMeaning({ form, zone }: LoanForm & { zone: string }) {
  const { t } = useTranslation('accounts');
  const [from, to] = [minutesOf(form.values.from), minutesOf(form.values.to)];
  if (from === null || to === null || from === to) return null;
  const own = ownHoursText(t, { from, to }, zone);
  return (
    <Text fz="sm" c="dimmed" className={classes.wide} role="status">
      {t('board.settings.hoursMean', { hours: hoursText(t, { from, to }, zone) })}
      {own !== null && ` ${t('board.settings.hoursOwn', { hours: own })}`}
    </Text>
  );
}

function People({ form, account }: LoanForm & { account: AccountView }) {
  const { t } = useTranslation(['accounts', 'common']);
  const [search, setSearch] = useState('');
  const chosen = form.values.users;
  const { choices, failed, loading, more } = useBorrowers(account, { chosen, search });
  const nobody = loading ? 'board.settings.peopleLoading' : 'board.settings.peopleNobody';
  return (
    <MultiSelect
      label={t('board.settings.people')}
      description={t(more ? 'board.settings.peopleMore' : 'board.settings.peopleHint')}
      placeholder={chosen.length === 0 ? t('board.settings.peopleAll') : ''}
      data={choices.map(({ label, value }) => ({
        value,
        label: label ?? t('board.settings.someone', { id: value.slice(-6) }),
      }))}
      searchable
      searchValue={search}
      onSearchChange={setSearch}
      nothingFoundMessage={t(failed ? 'board.settings.peopleFailed' : nobody)}
      rightSection={loading ? <Loader size={16} aria-hidden /> : undefined}
      clearable
      hidePickedOptions
      maxValues={1_000}
      clearButtonProps={{ 'aria-label': t('common:clear') }}
      {...form.getInputProps('users')}
    />
  );
}
