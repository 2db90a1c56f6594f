import { Button, Group, NumberInput, SimpleGrid, Stack, Switch, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { VaultSchedule as Schedule } from '#shared/schemas/vault.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useCan } from '../../lib/use-me.ts';
import { useNow } from '../../lib/use-now.ts';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Section } from '../../ui/Section.tsx';
import { VaultCell } from './VaultCell.tsx';
import classes from './vault.module.css';

const SHOWN = 10;

/** When tokens are refreshed by themselves, and which are next. */
export function VaultSchedule() {
  const { t } = useTranslation('vault');
  const query = useQuery(trpc.vault.schedule.queryOptions());
  return (
    <Stack gap="lg">
      <Section title={t('schedule.title')} text={t('schedule.text')}>
        <QueryBoundary query={query}>
          {(schedule) => <ScheduleForm key={JSON.stringify(schedule)} schedule={schedule} />}
        </QueryBoundary>
      </Section>
      <NextUp />
    </Stack>
  );
}

const FIELDS = [
  ['leadPercent', 'lead', 90],
  ['leadMinutes', 'leadMinutes', 1_440],
  ['intervalDays', 'interval', 30],
  ['concurrency', 'concurrency', 64],
] as const;

function ScheduleForm({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation(['vault', 'common']);
  const mayWrite = useCan('vault.write');
  const form = useForm({ initialValues: schedule });
  const save = useAppMutation(trpc.vault.saveSchedule.mutationOptions(), {
    form,
    invalidate: [trpc.vault.pathFilter()],
    success: t('schedule.saved'),
  });
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
      <fieldset disabled={!mayWrite} style={{ border: 0, margin: 0, padding: 0, minWidth: 0 }}>
        <Switch
          mb="md"
          label={t('schedule.auto')}
          description={t('schedule.autoHint')}
          {...form.getInputProps('autoRefresh', { type: 'checkbox' })}
        />
        <SimpleGrid cols={{ base: 1, sm: 2 }} maw={720}>
          {FIELDS.map(([field, name, max]) => (
            <NumberInput
              key={field}
              label={t(`schedule.${name}`)}
              description={t(`schedule.${name}Hint`)}
              min={1}
              max={max}
              allowDecimal={false}
              {...form.getInputProps(field)}
            />
          ))}
        </SimpleGrid>
        {mayWrite && (
          <Group mt="md">
            <Button type="submit" loading={save.isPending}>
              {t('common:save')}
            </Button>
          </Group>
        )}
      </fieldset>
    </form>
  );
}

function NextUp() {
  const { t } = useTranslation(['vault', 'common']);
  const now = useNow();
  const query = useQuery(
    trpc.vault.list.queryOptions({
      limit: SHOWN,
      sort: 'next',
      descending: false,
      filter: { enabled: true },
    }),
  );
  return (
    <Section title={t('schedule.next')}>
      <QueryBoundary
        query={{ ...query, data: query.data?.rows.filter((row) => row.nextRefreshAt !== null) }}
        empty={<Text c="dimmed">{t('schedule.nextEmpty')}</Text>}
      >
        {(rows) => (
          <dl className={classes.pairs}>
            {rows.map((row) => (
              <div key={row.id} style={{ display: 'contents' }}>
                <dt>
                  <VaultCell column="next" {...{ row, now, t }} />
                </dt>
                <dd>{row.email ? `${row.bizId} · ${row.email}` : row.bizId}</dd>
              </div>
            ))}
          </dl>
        )}
      </QueryBoundary>
    </Section>
  );
}
