import { TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import type { AccountView } from '#shared/schemas/accounts.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { FormModal } from '../../ui/FormModal.tsx';
import { SharedSwitch } from './AccountFields.tsx';
import { type AccountFormValues, accountValues, checkUpdate, toUpdate } from './account-form.ts';
import { SandboxFields } from './SandboxFields.tsx';
import { accountQueries } from './use-accounts.ts';

type EditAccountDialogProps = { opened: boolean; onClose: () => void; account: AccountView };

/** Renames an account, shares it or takes it back, and sets how a sandbox answers. */
export function EditAccountDialog({ opened, onClose, account }: EditAccountDialogProps) {
  const { t } = useTranslation('accounts');
  const form = useForm<AccountFormValues>({
    initialValues: accountValues(account),
    validate: (values) => checkUpdate(account, values),
  });
  const update = useAppMutation(trpc.accounts.update.mutationOptions(), {
    form,
    paramTexts: { name: t('form.nameTaken') },
    success: ({ name }) => t('edit.done', { name }),
    invalidate: accountQueries(),
    onDone: onClose,
  });
  return (
    <FormModal
      opened={opened}
      onClose={onClose}
      title={t('edit.title', { name: account.name })}
      onSubmit={form.onSubmit((values) => update.mutate(toUpdate(account, values)))}
      pending={update.isPending}
    >
      <TextInput
        label={t('form.name')}
        description={t('form.nameHint')}
        maxLength={100}
        required
        data-autofocus
        {...form.getInputProps('name')}
      />
      <SharedSwitch input={form.getInputProps('shared', { type: 'checkbox' })} />
      {account.platformId === 'sandbox' && <SandboxFields form={form} />}
    </FormModal>
  );
}
