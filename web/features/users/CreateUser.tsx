import { Input, PasswordInput, SegmentedControl, Select, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { type InviteLink, UserCreate, type UserView } from '#shared/schemas/users.ts';
import { checkWith } from '../../lib/check-with.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { FormDrawer } from '../../ui/FormModal.tsx';
import { useRoleOptions } from './use-role-options.ts';

type Values = {
  username: string;
  displayName: string;
  role: string;
  way: 'link' | 'password';
  password: string;
};

type CreateUserProps = {
  onClose: () => void;
  /** The new user chooses the password with this link. */
  onInvited: (user: UserView, link: InviteLink) => void;
};

function toInput({ way, password, ...rest }: Values) {
  return way === 'password' ? { ...rest, password } : rest;
}

/** The form for a new user: with an invite link, or with a password. */
export function CreateUser({ onClose, onInvited }: CreateUserProps) {
  const { t } = useTranslation('users');
  const roles = useRoleOptions();
  const form = useForm<Values>({
    initialValues: { username: '', displayName: '', role: 'member', way: 'link', password: '' },
    validate: (values) => checkWith(UserCreate)(toInput(values)),
  });
  const create = useAppMutation(trpc.users.create.mutationOptions(), {
    form,
    invalidate: [trpc.users.pathFilter()],
    success: ({ user, invite }) => (invite ? null : t('created', { name: user.username })),
    onDone: ({ user, invite }) => (invite ? onInvited(user, invite) : onClose()),
    onFail(error) {
      // The user name is the only thing here that can be taken.
      if (error.code !== 'conflict') return false;
      form.setErrors({ username: t('form.taken') });
      return true;
    },
  });
  return (
    <FormDrawer
      opened
      onClose={onClose}
      title={t('form.createTitle')}
      submitLabel={t('add')}
      pending={create.isPending}
      onSubmit={form.onSubmit((values) => create.mutate(toInput(values)))}
    >
      <TextInput
        label={t('form.username')}
        description={t('form.usernameHint')}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        data-autofocus
        {...form.getInputProps('username')}
      />
      <TextInput
        label={t('form.displayName')}
        autoComplete="off"
        {...form.getInputProps('displayName')}
      />
      <Select
        label={t('form.role')}
        description={t('form.roleHint')}
        data={roles}
        allowDeselect={false}
        {...form.getInputProps('role')}
      />
      <Input.Wrapper label={t('form.way')} labelElement="div">
        <SegmentedControl
          mt={4}
          fullWidth
          aria-label={t('form.way')}
          data={[
            { value: 'link', label: t('form.byLink') },
            { value: 'password', label: t('form.byPassword') },
          ]}
          {...form.getInputProps('way')}
        />
      </Input.Wrapper>
      {form.values.way === 'password' ? (
        <PasswordInput
          label={t('form.password')}
          description={t('form.passwordHint')}
          autoComplete="new-password"
          {...form.getInputProps('password')}
        />
      ) : (
        <Text c="dimmed" fz="sm">
          {t('form.byLinkHint')}
        </Text>
      )}
    </FormDrawer>
  );
}
