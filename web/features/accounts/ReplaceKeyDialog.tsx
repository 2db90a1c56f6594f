import { Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { AccountUpdate, type AccountView } from '#shared/schemas/accounts.ts';
import { checkWith } from '../../lib/check-with.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { FormModal } from '../../ui/FormModal.tsx';
import { KeyField } from './AccountFields.tsx';
import { accountQueries } from './use-accounts.ts';

type ReplaceKeyDialogProps = {
  opened: boolean;
  onClose: () => void;
  account: AccountView;
  /** With the account as it is now, so that the caller can test it. */
  onReplaced: (account: AccountView) => void;
};

/** Puts a new key in the place of an account's old one. */
export function ReplaceKeyDialog({ opened, onClose, account, onReplaced }: ReplaceKeyDialogProps) {
  const { t } = useTranslation('accounts');
  const platforms = useQuery(trpc.platforms.list.queryOptions());
  const keyUrl = platforms.data?.find(({ id }) => id === account.platformId)?.keyUrl ?? null;
  const form = useForm({
    initialValues: { apiKey: '' },
    validate: (values) => checkWith(AccountUpdate)({ id: account.id, ...values }),
  });
  const update = useAppMutation(trpc.accounts.update.mutationOptions(), {
    form,
    success: ({ name }) => t('replace.done', { name }),
    invalidate: accountQueries(),
    onDone: (changed) => {
      onClose();
      onReplaced(changed);
    },
  });
  return (
    <FormModal
      opened={opened}
      onClose={onClose}
      title={t('replace.title', { name: account.name })}
      submitLabel={t('replace.submit')}
      onSubmit={form.onSubmit(({ apiKey }) =>
        update.mutate({ id: account.id, apiKey: apiKey.trim() }),
      )}
      pending={update.isPending}
    >
      <Text fz="sm">
        {account.secretHint === ''
          ? t('replace.textNoHint')
          : t('replace.text', { hint: account.secretHint })}
      </Text>
      <KeyField
        platformName={account.platformName}
        keyUrl={keyUrl}
        required
        input={form.getInputProps('apiKey')}
        autoFocus
      />
    </FormModal>
  );
}
