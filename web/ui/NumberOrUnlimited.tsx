import { Checkbox, Group, Input, NumberInput } from '@mantine/core';
import { type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';

type NumberOrUnlimitedProps = {
  label: string;
  description?: ReactNode;
  /** Null = unlimited. */
  value?: number | null;
  onChange: (value: number | null) => void;
  error?: ReactNode;
  min?: number;
  max?: number;
  /** Offered when “unlimited” is taken off. */
  suggestion?: number;
};

/** A limit: a whole number, or unlimited (null) by one tick. Fits `form.getInputProps`. */
export function NumberOrUnlimited(props: NumberOrUnlimitedProps) {
  const {
    label,
    description,
    value = null,
    onChange,
    error,
    min = 1,
    max,
    suggestion = 60,
  } = props;
  const { t } = useTranslation('common');
  const id = useId();
  const [last, setLast] = useState(suggestion);
  return (
    <Input.Wrapper
      label={label}
      description={description}
      error={error}
      id={id}
      labelElement="label"
    >
      <Group gap="md" wrap="nowrap" mt={4}>
        <NumberInput
          id={id}
          flex={1}
          value={value ?? ''}
          placeholder={value === null ? t('unlimited') : ''}
          disabled={value === null}
          min={min}
          {...(max === undefined ? {} : { max })}
          allowDecimal={false}
          allowNegative={false}
          thousandSeparator=","
          error={Boolean(error)}
          onChange={(next) => {
            const whole = typeof next === 'number' ? next : Number.parseInt(next, 10) || min;
            setLast(whole);
            onChange(whole);
          }}
        />
        <Checkbox
          label={t('unlimited')}
          aria-label={`${label}: ${t('unlimited')}`}
          checked={value === null}
          onChange={(event) => onChange(event.currentTarget.checked ? null : last)}
        />
      </Group>
    </Input.Wrapper>
  );
}
