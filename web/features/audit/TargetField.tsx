import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

const PAUSE_MS = 300;

type TargetFieldProps = {
  value: string | undefined;
  onChange: (value: string | undefined) => void;
};

/** Part of a target's name; the list follows a moment after the last letter. */
export function TargetField({ value, onChange }: TargetFieldProps) {
  const { t } = useTranslation('audit');
  const [text, setText] = useState(value ?? '');
  const tell = useDebouncedCallback((next: string) => onChange(next.trim() || undefined), PAUSE_MS);
  // What the address says counts when it changes by other means, such as clearing all filters.
  useEffect(() => setText((now) => (now.trim() === (value ?? '') ? now : (value ?? ''))), [value]);
  return (
    <TextInput
      label={t('filter.target')}
      placeholder={t('filter.anyTarget')}
      maxLength={120}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        tell(event.currentTarget.value);
      }}
    />
  );
}
