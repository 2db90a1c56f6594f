import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

const WAIT_MS = 200;

/** What is typed, a moment after the last letter. */
export function useTyped(): [search: string, onType: (text: string) => void] {
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed, WAIT_MS);
  return [search, setTyped];
}

type Choice = { value: string; label: string };

type FoundSelectProps = {
  label: string;
  /** While nothing is chosen: “Any key”. */
  placeholder: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  onType: (text: string) => void;
  /** What the server found for what was typed. */
  found: readonly Choice[];
  /** What is chosen, once it is known by name. */
  chosen: readonly Choice[];
};

/** Chooses one of thousands: the server looks for what is typed. */
export function FoundSelect(props: FoundSelectProps) {
  const { label, placeholder, value, onChange, onType, found, chosen } = props;
  const { t } = useTranslation('common');
  const known = value === undefined ? [] : chosen.filter((choice) => choice.value === value);
  const options = [...new Map([...known, ...found].map((one) => [one.value, one])).values()];
  const current = options.find((one) => one.value === value);
  // What is gone stays chosen, as old records still have it.
  const gone = value !== undefined && !current;
  return (
    <Select
      label={label}
      placeholder={placeholder}
      clearable
      clearButtonProps={{ 'aria-label': t('clear') }}
      searchable
      nothingFoundMessage={t('filters.noMatch')}
      // What was found does not always show why in its label.
      filter={({ options: all }) => all}
      onSearchChange={(text) => onType(text === current?.label ? '' : text)}
      value={value ?? null}
      onChange={(next) => onChange(next ?? undefined)}
      data={gone ? [...options, { value, label: value }] : options}
    />
  );
}
