import { CloseButton, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

type SearchFieldProps = {
  /** For screen readers: “Search accounts”. */
  label: string;
  /** What it looks at: “Name, platform or owner”. */
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
};

/** Filters a list while typing; Escape or the cross empties it. */
export function SearchField({ label, placeholder, value, onChange }: SearchFieldProps) {
  const { t } = useTranslation('common');
  return (
    <TextInput
      type="text"
      role="searchbox"
      aria-label={label}
      placeholder={placeholder}
      autoComplete="off"
      spellCheck={false}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        value === '' ? null : (
          <CloseButton size="sm" aria-label={t('clear')} onClick={() => onChange('')} />
        )
      }
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || value === '') return;
        event.stopPropagation();
        onChange('');
      }}
      miw={0}
      maw={{ base: 'none', xs: 340 }}
      style={{ flex: '1 1 220px' }}
    />
  );
}
