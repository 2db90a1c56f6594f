import { Button, Group, NumberInput, Select, Stack, Switch } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type PoolSettings, RecoveryRule } from '#shared/schemas/pool.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Section } from '../../ui/Section.tsx';
import { GroupEditor } from './GroupEditor.tsx';

/** Whether credit is needed, how it recovers, and which models share one allowance. Admins only. */
export function PoolSettingsCard() {
  const { t } = useTranslation('pool');
  const query = useQuery(trpc.pool.settings.queryOptions());
  return (
    <Section title={t('settings.title')} text={t('settings.text')}>
      <QueryBoundary query={query}>{(settings) => <Form settings={settings} />}</QueryBoundary>
    </Section>
  );
}

function Form({ settings }: { settings: PoolSettings }) {
  const { t } = useTranslation(['pool', 'common']);
  const form = useForm<PoolSettings>({ initialValues: settings });
  const save = useAppMutation(trpc.pool.saveSettings.mutationOptions(), {
    form,
    success: t('settings.saved'),
    invalidate: [trpc.pool.pathFilter()],
    onDone: (saved) => form.resetDirty(saved),
  });
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
      <Stack gap="md" maw={640}>
        <Switch
          label={t('settings.credit')}
          description={t('settings.creditHint')}
          {...form.getInputProps('credit', { type: 'checkbox' })}
        />
        <Select
          label={t('settings.rule')}
          allowDeselect={false}
          data={RecoveryRule.options.map((value) => ({
            value,
            label: t(`settings.rules.${value}`),
          }))}
          {...form.getInputProps('rule')}
        />
        <NumberInput
          label={t('settings.reserve')}
          description={t('settings.reserveHint')}
          min={0.001}
          max={1}
          step={0.01}
          decimalScale={6}
          maw={220}
          {...form.getInputProps('reserve')}
        />
        <GroupEditor form={form} />
        <Group>
          <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
            {t('common:save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
