import { NumberInput, Select, SimpleGrid, Text } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import type { AccountFormValues } from './account-form.ts';
import classes from './accounts.module.css';

/** How the sandbox answers: waits and failures, with what they are good for. */
export function SandboxFields({ form }: { form: UseFormReturnType<AccountFormValues> }) {
  const { t } = useTranslation(['accounts', 'common']);
  const byModel = t('sandbox.byModel');
  return (
    <fieldset className={classes.fieldset}>
      <Text component="legend" fw={550} px={6}>
        {t('sandbox.title')}
      </Text>
      <Text fz="sm" c="dimmed" mb="sm">
        {t('sandbox.text')}
      </Text>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <NumberInput
          label={t('sandbox.latency')}
          placeholder={byModel}
          min={0}
          max={60_000}
          step={500}
          allowDecimal={false}
          suffix=" ms"
          {...form.getInputProps('sandbox.latencyMs')}
        />
        <NumberInput
          label={t('sandbox.token')}
          placeholder={byModel}
          min={0}
          max={5_000}
          step={20}
          allowDecimal={false}
          suffix=" ms"
          {...form.getInputProps('sandbox.tokenMs')}
        />
        <NumberInput
          label={t('sandbox.rate')}
          placeholder={byModel}
          min={0}
          max={100}
          step={10}
          decimalScale={1}
          suffix=" %"
          {...form.getInputProps('sandbox.errorPercent')}
        />
        <Select
          label={t('sandbox.status')}
          placeholder={byModel}
          data={(['401', '429', '500', '503'] as const).map((value) => ({
            value,
            label: t(`sandbox.code${value}`),
          }))}
          clearable
          clearButtonProps={{ 'aria-label': t('common:clear') }}
          value={form.values.sandbox.errorStatus || null}
          onChange={(value) => form.setFieldValue('sandbox.errorStatus', value ?? '')}
        />
      </SimpleGrid>
    </fieldset>
  );
}
