import { MultiSelect, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AssignPlan, VaultSelection } from '#shared/schemas/vault-batch.ts';
import { formatNumber } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { FormModal } from '../../ui/FormModal.tsx';

type AssignDialogProps = {
  opened: boolean;
  onClose: () => void;
  selection: VaultSelection;
  what: 'proxy' | 'client';
  onStarted: (jobId: string) => void;
};

/** Proxies or OAuth clients, given evenly: what each would get is seen first. */
export function AssignDialog({ onClose, onStarted, opened, selection, what }: AssignDialogProps) {
  const { t } = useTranslation('vaultBatch');
  const choices = useQuery(trpc.vaultBatch.choices.queryOptions({ what }));
  const [targets, setTargets] = useState<string[]>([]);
  const [again, setAgain] = useState(false);
  const look = useAppMutation(trpc.vaultBatch.planAssign.mutationOptions());
  const apply = useAppMutation(trpc.vaultBatch.assign.mutationOptions(), {
    invalidate: [trpc.jobs.pathFilter(), trpc.vault.pathFilter()],
    onDone({ jobId }) {
      onClose();
      onStarted(jobId);
    },
    onFail(error) {
      if (error.code !== 'conflict') return false;
      look.reset();
      setAgain(true);
      return true;
    },
  });
  const plan = look.data;
  const ask = { selection, what, targets };
  return (
    <FormModal
      opened={opened}
      onClose={onClose}
      title={t(`assign.${what}`)}
      submitLabel={plan ? t('assign.apply') : t('assign.look')}
      pending={look.isPending || apply.isPending}
      onSubmit={(event) => {
        event.preventDefault();
        if (plan) apply.mutate({ ...ask, seal: plan.seal });
        else look.mutate(ask);
      }}
    >
      <MultiSelect
        label={t('assign.targets')}
        searchable
        clearable
        data={(choices.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        value={targets}
        onChange={(ids) => {
          setTargets(ids);
          setAgain(false);
          look.reset();
        }}
      />
      {targets.length === 0 && (
        <Text fz="sm" c="dimmed">
          {t('assign.none')}
        </Text>
      )}
      {again && <Text role="alert">{t('assign.again')}</Text>}
      {plan && <Plan plan={plan} />}
    </FormModal>
  );
}

function Plan({ plan }: { plan: AssignPlan }) {
  const { t } = useTranslation('vaultBatch');
  const { changed, count, targets, unfit } = plan;
  return (
    <Stack gap="xs" role="status">
      <Text>{t('assign.plan', { changed: formatNumber(changed), count })}</Text>
      {unfit > 0 && <Text c="dimmed">{t('assign.unfit', { count: unfit })}</Text>}
      {targets.length > 0 && (
        <DataTable
          label={t('assign.targets')}
          rows={targets}
          rowKey={({ id }) => id}
          columns={[
            {
              id: 'name',
              header: t('assign.column.name'),
              primary: true,
              cell: ({ name }) => name,
            },
            {
              id: 'before',
              header: t('assign.column.before'),
              align: 'right',
              cell: ({ before }) => formatNumber(before),
            },
            {
              id: 'after',
              header: t('assign.column.after'),
              align: 'right',
              cell: ({ after }) => formatNumber(after),
            },
          ]}
        />
      )}
    </Stack>
  );
}
