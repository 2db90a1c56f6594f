import { Select, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { TRUST_LEVELS } from '#shared/schemas/quotas.ts';
import { UserUpdate, type UserView } from '#shared/schemas/users.ts';
import { checkWith } from '../../lib/check-with.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useMe } from '../../lib/use-me.ts';
import { FormDrawer } from '../../ui/FormModal.tsx';
import { NumberOrUnlimited } from '../../ui/NumberOrUnlimited.tsx';
import { useRoleOptions } from './use-role-options.ts';

/** The form for an existing user: display name, role, limits. */
export function EditUser({ user, onClose }: { user: UserView; onClose: () => void }) {
  const { t } = useTranslation('users');
  const roles = useRoleOptions();
  const own = useMe().id === user.id;
  const form = useForm({
    initialValues: {
      displayName: user.displayName,
      role: user.role,
      trustLevel: user.trustLevel,
      rpm: user.rpm,
      tokensPerDay: user.tokensPerDay,
    },
    validate: (values) => checkWith(UserUpdate)({ id: user.id, ...values }),
  });
  const update = useAppMutation(trpc.users.update.mutationOptions(), {
    form,
    invalidate: [trpc.users.pathFilter(), trpc.sessions.me.queryFilter()],
    success: t('saved', { name: user.username }),
    onDone: onClose,
  });
  return (
    <FormDrawer
      opened
      onClose={onClose}
      title={t('form.editTitle', { name: user.username })}
      pending={update.isPending}
      onSubmit={form.onSubmit(({ role, ...values }) =>
        update.mutate({ id: user.id, ...values, ...(own ? {} : { role }) }),
      )}
    >
      <TextInput
        label={t('form.displayName')}
        autoComplete="off"
        data-autofocus
        {...form.getInputProps('displayName')}
      />
      <Select
        label={t('form.role')}
        description={own ? t('form.ownRole') : t('form.roleHint')}
        disabled={own}
        data={roles}
        allowDeselect={false}
        {...form.getInputProps('role')}
      />
      <Select
        label={t('form.level')}
        description={t('form.levelHint')}
        data={TRUST_LEVELS.map((level) => ({ value: `${level}`, label: t('level', { level }) }))}
        allowDeselect={false}
        value={`${form.values.trustLevel}`}
        onChange={(level) => form.setFieldValue('trustLevel', Number(level))}
      />
      <NumberOrUnlimited label={t('form.rpm')} {...form.getInputProps('rpm')} />
      <NumberOrUnlimited
        label={t('form.tokensPerDay')}
        suggestion={1_000_000}
        {...form.getInputProps('tokensPerDay')}
      />
      <Text c="dimmed" fz="sm">
        {t('form.limitsHint')}
      </Text>
    </FormDrawer>
  );
}
