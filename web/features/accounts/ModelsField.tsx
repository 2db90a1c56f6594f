import { MultiSelect, type MultiSelectProps } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { trpc } from '../../lib/trpc.ts';

type ModelsFieldProps = {
  label: string;
  description: string;
  /** What it means that none is chosen. */
  none: string;
  chosen: readonly string[];
  /** The form's props of the field. */
  input: MultiSelectProps;
};

/** Models by their public names; those that are gone by now can be taken out still. */
export function ModelsField({ chosen, description, input, label, none }: ModelsFieldProps) {
  const { t } = useTranslation('common');
  const available = useQuery(trpc.models.available.queryOptions());
  const names = (available.data ?? []).map(({ name }) => name);
  return (
    <MultiSelect
      label={label}
      description={description}
      placeholder={chosen.length === 0 ? none : ''}
      data={[...new Set([...names, ...chosen])]}
      searchable
      clearable
      hidePickedOptions
      limit={200}
      maxValues={1_000}
      clearButtonProps={{ 'aria-label': t('clear') }}
      {...input}
    />
  );
}
