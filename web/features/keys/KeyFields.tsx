import { MultiSelect, Select, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { trpc } from '../../lib/trpc.ts';
import { NumberOrUnlimited } from '../../ui/NumberOrUnlimited.tsx';
import { EXPIRY_CHOICES, type ExpiryChoice, toDay } from './expiry.ts';
import type { KeyFormValues } from './key-form.ts';

type KeyForm = UseFormReturnType<KeyFormValues>;

/** The fields of a key: name, limits, models, end. */
export function KeyFields({ form }: { form: KeyForm }) {
  const { t } = useTranslation('keys');
  return (
    <>
      <TextInput
        label={t('form.name')}
        description={t('form.nameHint')}
        placeholder={t('form.namePlaceholder')}
        required
        maxLength={80}
        autoComplete="off"
        data-autofocus
        {...form.getInputProps('name')}
      />
      <AllowedModels form={form} />
      <NumberOrUnlimited
        label={t('form.rpm')}
        max={1_000_000}
        suggestion={60}
        {...form.getInputProps('rpm')}
      />
      <NumberOrUnlimited
        label={t('form.tokensPerDay')}
        description={t('form.tokensHint')}
        max={1_000_000_000_000}
        suggestion={1_000_000}
        {...form.getInputProps('tokensPerDay')}
      />
      <Expiry form={form} />
    </>
  );
}

function AllowedModels({ form }: { form: KeyForm }) {
  const { t } = useTranslation(['keys', 'common']);
  const available = useQuery(trpc.models.available.queryOptions());
  const chosen = form.values.allowedModels;
  const names = (available.data ?? []).map(({ name }) => name);
  const gone = available.data ? chosen.filter((name) => !names.includes(name)) : chosen;
  const data = [
    ...names.map((name) => ({ value: name, label: name })),
    ...gone.map((name) => ({
      value: name,
      label: available.data ? t('form.unknownModel', { name }) : name,
    })),
  ];
  return (
    <MultiSelect
      label={t('form.models')}
      description={t('form.modelsHint')}
      placeholder={chosen.length === 0 ? t('form.modelsAll') : ''}
      data={data}
      searchable
      clearable
      hidePickedOptions
      clearButtonProps={{ 'aria-label': t('common:clear') }}
      nothingFoundMessage={t('form.modelsEmpty')}
      maxValues={200}
      limit={200}
      {...form.getInputProps('allowedModels')}
    />
  );
}

function Expiry({ form }: { form: KeyForm }) {
  const { t } = useTranslation('keys');
  const { choice } = form.values.expiry;
  const label = (value: ExpiryChoice) => {
    if (value === 'never' || value === 'date') return t(`expiry.${value}`);
    return value === '365' ? t('expiry.year') : t('expiry.days', { count: Number(value) });
  };
  return (
    <>
      <Select
        label={t('form.expiry')}
        data={EXPIRY_CHOICES.map((value) => ({ value, label: label(value) }))}
        allowDeselect={false}
        value={choice}
        onChange={(value) => {
          const next = EXPIRY_CHOICES.find((each) => each === value);
          if (next) form.setFieldValue('expiry.choice', next);
        }}
      />
      {choice === 'date' && (
        <TextInput
          type="date"
          label={t('form.date')}
          description={t('form.dateHint')}
          required
          min={toDay(new Date())}
          {...form.getInputProps('expiry.date')}
        />
      )}
    </>
  );
}
