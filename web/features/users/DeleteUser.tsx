import { Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import type { UserView } from '#shared/schemas/users.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { FormModal } from '../../ui/FormModal.tsx';

type DeleteUserProps = {
  user: UserView;
  opened: boolean;
  onClose: () => void;
  onDeleted: () => void;
};

/** Deletes a person for good, once their user name was typed. */
export function DeleteUser({ user, opened, onClose, onDeleted }: DeleteUserProps) {
  const { t } = useTranslation('users');
  const form = useForm({
    initialValues: { username: '' },
    validate: {
      username: (typed) => (typed.trim() === user.username ? null : t('delete.otherName')),
    },
  });
  const remove = useAppMutation(trpc.users.delete.mutationOptions(), {
    form,
    invalidate: [trpc.users.pathFilter()],
    success: t('delete.done', { name: user.username }),
    onDone: onDeleted,
  });
  return (
    <FormModal
      opened={opened}
      onClose={onClose}
      title={t('delete.title', { name: user.username })}
      submitLabel={t('delete.confirm')}
      pending={remove.isPending}
      onSubmit={form.onSubmit(({ username }) =>
        remove.mutate({ id: user.id, username: username.trim() }),
      )}
    >
      <Text>{t('delete.text')}</Text>
      <Text c="dimmed" fz="sm">
        {t('delete.kept')}
      </Text>
      <TextInput
        label={t('delete.type', { name: user.username })}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        data-autofocus
        {...form.getInputProps('username')}
      />
    </FormModal>
  );
}
