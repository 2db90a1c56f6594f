import { MultiSelect, NumberInput, Select, Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { trpc } from '../../lib/trpc.ts';
import { NumberOrUnlimited } from '../../ui/NumberOrUnlimited.tsx';
import { EXPIRY_CHOICES, type ExpiryChoice, toDay } from './expiry.ts';
import { KeyPreview } from './KeyPreview.tsx';
import type { KeyFormValues } from './key-form.ts';
import { useScopeOptions } from './use-scopes.ts';

type KeyForm = UseFormReturnType<KeyFormValues>;

const MOST_DOLLARS = 1_000_000_000;

/** The fields of a key: name, what it may do, limits, end; and what they come to. */
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
      <Textarea
        label={t('form.description')}
        description={t('form.descriptionHint')}
        maxLength={500}
        autosize
        minRows={1}
        maxRows={5}
        {...form.getInputProps('description')}
      />
      <Scopes form={form} />
      <AllowedModels form={form} />
      <Textarea
        label={t('form.addresses')}
        description={t('form.addressesHint')}
        placeholder="203.0.113.7"
        autosize
        minRows={1}
        maxRows={6}
        spellCheck={false}
        {...form.getInputProps('addresses')}
      />
      <KeyPreview values={form.values} />
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
      <Budget form={form} field="costPerDay" />
      <Budget form={form} field="costPerMonth" />
      <Expiry form={form} />
    </>
  );
}

function Budget({ form, field }: { form: KeyForm; field: 'costPerDay' | 'costPerMonth' }) {
  const { t } = useTranslation(['keys', 'common']);
  const value = form.values[field];
  return (
    <NumberInput
      label={t(`form.${field}`)}
      description={t('form.costHint')}
      placeholder={t('common:unlimited')}
      value={value ?? ''}
      error={form.errors[field]}
      min={0}
      max={MOST_DOLLARS}
      allowNegative={false}
      decimalScale={6}
      prefix="$"
      thousandSeparator=","
      hideControls
      onChange={(typed) => {
        const dollars = typeof typed === 'number' ? typed : Number.parseFloat(typed);
        form.setFieldValue(field, Number.isFinite(dollars) ? dollars : null);
      }}
    />
  );
}

function Scopes({ form }: { form: KeyForm }) {
  const { t } = useTranslation(['keys', 'common']);
  return (
    <MultiSelect
      label={t('form.scopes')}
      description={t('form.scopesHint')}
      placeholder={form.values.scopes.length === 0 ? t('form.scopesAll') : ''}
      data={useScopeOptions()}
      clearable
      hidePickedOptions
      clearButtonProps={{ 'aria-label': t('common:clear') }}
      {...form.getInputProps('scopes')}
    />
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
