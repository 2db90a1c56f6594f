import { Button, Group, NumberInput, Select, Stack, Switch } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import {
  ALERT_KINDS,
  ALERT_SEVERITIES,
  type AlertKind,
  AlertSettings,
} from '#shared/schemas/alerts.ts';
import { checkWith } from '../../lib/check-with.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Section } from '../../ui/Section.tsx';
import { textKey } from './alert-words.ts';

type Threshold = Exclude<keyof AlertSettings, 'kinds'>;

/** From when on each kind is told. */
const THRESHOLDS: Partial<Record<AlertKind, readonly Threshold[]>> = {
  'refresh.failing': ['refreshFailures'],
  'quota.90': ['quotaPercent'],
  'error-rate': ['errorPercent', 'errorLeast'],
  'disk.low': ['diskFreeMb'],
  'clock.skew': ['clockSkewMs'],
  'usage.behind': ['usageBehindSeconds'],
  'mail.failing': ['mailFailures'],
  'provisioning.failed': ['provisioningTries'],
};

/** Which kinds are told, how bad each is, and from when on. */
export function SettingsForm() {
  const { t } = useTranslation('alerts');
  const query = useQuery(trpc.alerts.settings.queryOptions());
  return (
    <Section title={t('settings.title')} text={t('settings.text')}>
      <QueryBoundary query={query}>{(settings) => <Form settings={settings} />}</QueryBoundary>
    </Section>
  );
}

function Form({ settings }: { settings: AlertSettings }) {
  const { t } = useTranslation(['alerts', 'common']);
  // NOTE: the form reads a dot in a name as a way into a member, and kinds have dots.
  const { kinds, ...thresholds } = settings;
  const form = useForm({
    initialValues: { list: ALERT_KINDS.map((kind) => ({ kind, ...kinds[kind] })), ...thresholds },
    validate: (values) => checkWith(AlertSettings)(toSettings(values)),
  });
  const save = useAppMutation(trpc.alerts.saveSettings.mutationOptions(), {
    form,
    success: t('settings.saved'),
    invalidate: [trpc.alerts.settings.queryFilter()],
    onDone: () => form.resetDirty(),
  });
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(toSettings(values)))} noValidate>
      <Stack gap="lg" maw={860}>
        {form.values.list.map(({ kind, on }, at) => (
          <Group key={kind} gap="md" align="flex-end">
            <Switch
              label={t(textKey(kind))}
              w={230}
              mb={8}
              {...form.getInputProps(`list.${at}.on`, { type: 'checkbox' })}
            />
            <Select
              aria-label={t('settings.severityOf', { kind: t(textKey(kind)) })}
              allowDeselect={false}
              disabled={!on}
              w={140}
              data={ALERT_SEVERITIES.map((value) => ({ value, label: t(`severity.${value}`) }))}
              {...form.getInputProps(`list.${at}.severity`)}
            />
            {(THRESHOLDS[kind] ?? []).map((threshold) => (
              <NumberInput
                key={threshold}
                label={t(`settings.${threshold}`)}
                allowDecimal={false}
                allowNegative={false}
                disabled={!on}
                w={190}
                {...form.getInputProps(threshold)}
              />
            ))}
          </Group>
        ))}
        <Group>
          <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
            {t('common:save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

type Values = Omit<AlertSettings, 'kinds'> & {
  list: ({ kind: AlertKind } & AlertSettings['kinds'][AlertKind])[];
};

function toSettings({ list, ...thresholds }: Values): AlertSettings {
  const kinds = Object.fromEntries(list.map(({ kind, ...of }) => [kind, of]));
  return { ...thresholds, kinds: kinds as AlertSettings['kinds'] };
}
