import { Button, Group, Select, Stack, Switch } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { type AccountView, PolicyClass } from '#shared/schemas/accounts.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { NumberOrUnlimited } from '../../ui/NumberOrUnlimited.tsx';
import { LoanFields } from './LoanFields.tsx';
import { checkSettings, type LendingValues, lendingValues, toSettings } from './lending-form.ts';
import { ModelsField } from './ModelsField.tsx';
import { PersonalNote, usePersonalLending } from './PersonalNote.tsx';
import { accountQueries } from './use-accounts.ts';

/** Its accounts are made by Gatehouse and serve their person only: nothing to choose, nothing to lend. */
const MANAGED = 'plugin';

function lendHint(shared: boolean, withdrawing: boolean) {
  if (shared) return 'board.settings.lendOn';
  return withdrawing ? 'board.settings.lendEnds' : 'board.settings.lendOff';
}

/** Lends an account or withdraws it, with its terms, and sets what it serves and how much at once. */
export function AccountSettings({ account }: { account: AccountView }) {
  const { t } = useTranslation('accounts');
  const form = useForm<LendingValues>({
    initialValues: lendingValues(account),
    validate: (values) =>
      checkSettings(account, values, {
        same: t('board.settings.sameHours'),
        wrong: t('board.settings.wrongHour'),
      }),
  });
  const update = useAppMutation(trpc.accounts.update.mutationOptions(), {
    form,
    invalidate: accountQueries(),
    success: ({ name, shared }) => {
      if (shared === account.shared) return t('board.settings.saved', { name });
      return t(shared ? 'board.settings.lentNow' : 'board.settings.withdrawn', { name });
    },
    onDone: (saved) => form.resetDirty(lendingValues(saved)),
  });
  const { policyClass, shared } = form.values;
  const personal = policyClass === 'personal';
  const lending = usePersonalLending(account.platformId, personal);
  const refused = personal && lending?.allowed === null;
  const withdrawing = account.shared && !shared;
  return (
    <form
      noValidate
      aria-label={t('board.drawer.settings')}
      onSubmit={form.onSubmit((values) => update.mutate(toSettings(account, values)))}
    >
      <Stack gap="md">
        {account.platformId !== MANAGED && (
          <>
            <Select
              label={t('board.settings.kind')}
              description={t('board.settings.kindHint')}
              data={PolicyClass.options.map((value) => ({
                value,
                label: t(`board.kinds.${value}`),
              }))}
              allowDeselect={false}
              {...form.getInputProps('policyClass')}
            />
            {personal && <PersonalNote account={account} lending={lending} />}
            <Switch
              label={t('board.settings.lend')}
              description={t(lendHint(shared, withdrawing), { count: account.busy })}
              disabled={refused && !shared && !account.shared}
              {...form.getInputProps('shared', { type: 'checkbox' })}
            />
          </>
        )}
        {shared && <LoanFields form={form} account={account} />}
        <NumberOrUnlimited
          label={t('board.settings.most')}
          description={t('board.settings.mostHint')}
          max={10_000}
          suggestion={8}
          {...form.getInputProps('maxConcurrency')}
        />
        <ModelsField
          label={t('board.settings.off')}
          description={t('board.settings.offHint')}
          none={t('board.settings.offNone')}
          chosen={form.values.modelsOff}
          input={form.getInputProps('modelsOff')}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={update.isPending} disabled={!form.isDirty()}>
            {t('board.settings.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
