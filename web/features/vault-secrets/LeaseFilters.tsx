import { Button, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FilterBar } from '../../ui/FilterBar.tsx';
import { countLeaseFilters, LeaseRange, type LeaseSearch } from './lease-search.ts';

const PAUSE_MS = 300;
const NOTHING: LeaseSearch = {
  range: undefined,
  account: undefined,
  by: undefined,
  address: undefined,
  accountId: undefined,
  secretId: undefined,
};
const TEXTS = [
  { name: 'account', hint: 'accountHint', most: 120 },
  { name: 'by', hint: 'byHint', most: 120 },
  { name: 'address', hint: 'addressHint', most: 60 },
] as const;

type LeaseFiltersProps = { search: LeaseSearch; onChange: (change: LeaseSearch) => void };

/** What narrows the log of leases. */
export function LeaseFilters({ search, onChange }: LeaseFiltersProps) {
  const { t } = useTranslation('vaultSecrets');
  return (
    <FilterBar count={countLeaseFilters(search)} onClear={() => onChange(NOTHING)}>
      <Select
        label={t('leases.filter.range')}
        placeholder={t('leases.filter.any')}
        clearable
        value={search.range ?? null}
        onChange={(value) => onChange({ range: LeaseRange.safeParse(value).data })}
        data={LeaseRange.options.map((value) => ({
          value,
          label: t(`leases.filter.ranges.${value}`),
        }))}
      />
      {TEXTS.map(({ hint, most, name }) => (
        <TextField
          key={name}
          label={t(`leases.filter.${name}`)}
          placeholder={t(`leases.filter.${hint}`)}
          most={most}
          value={search[name]}
          onChange={(value) => onChange({ [name]: value })}
        />
      ))}
      {(['accountId', 'secretId'] as const).map(
        (name) =>
          search[name] !== undefined && (
            <div key={name}>
              <Button
                variant="light"
                rightSection={<IconX size={15} />}
                aria-label={t(`leases.filter.${name}All`)}
                onClick={() => onChange({ [name]: undefined })}
              >
                {t(`leases.filter.${name}`)}
              </Button>
            </div>
          ),
      )}
    </FilterBar>
  );
}

type TextFieldProps = {
  label: string;
  placeholder: string;
  most: number;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
};

/** The list follows a moment after the last letter. */
function TextField({ label, most, onChange, placeholder, value }: TextFieldProps) {
  const [text, setText] = useState(value ?? '');
  const tell = useDebouncedCallback((next: string) => onChange(next.trim() || undefined), PAUSE_MS);
  // What the address says counts when it changes by other means, such as clearing all filters.
  useEffect(() => setText((now) => (now.trim() === (value ?? '') ? now : (value ?? ''))), [value]);
  return (
    <TextInput
      label={label}
      placeholder={placeholder}
      maxLength={most}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        tell(event.currentTarget.value);
      }}
    />
  );
}
