import { Select, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { covers, type Permission } from '#shared/permissions.ts';
import { RoleCreate, type RoleView } from '#shared/schemas/roles.ts';
import { checkWith } from '../../lib/check-with.ts';
import { idFromName } from '../../lib/id-from-name.ts';
import { useRoleName } from '../../lib/role-name.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useMe } from '../../lib/use-me.ts';
import { FormDrawer } from '../../ui/FormModal.tsx';
import { PermissionBoxes } from './PermissionBoxes.tsx';

type RoleFormProps = {
  opened: boolean;
  onClose: () => void;
  /** Null: a new one. */
  role: RoleView | null;
  /** Those a new one may start from. */
  roles: readonly RoleView[];
};

type Values = { id: string; name: string; description: string; permissions: Permission[] };

/** Makes a role of permissions, or changes one. */
export function RoleForm({ opened, onClose, role, roles }: RoleFormProps) {
  const { t } = useTranslation('roles');
  const [idTouched, setIdTouched] = useState(false);
  const form = useForm<Values>({
    initialValues: {
      id: role?.id ?? '',
      name: role?.name ?? '',
      description: role?.description ?? '',
      permissions: [...(role?.permissions ?? [])],
    },
    validate: (values) => checkWith(RoleCreate)(values),
  });
  const settings = {
    form,
    paramTexts: { id: t('form.idTaken') },
    invalidate: [trpc.roles.list.queryFilter(), trpc.sessions.me.queryFilter()],
    onDone: onClose,
  };
  const create = useAppMutation(trpc.roles.create.mutationOptions(), {
    ...settings,
    success: (_, { name }) => t('created', { name }),
  });
  const update = useAppMutation(trpc.roles.update.mutationOptions(), {
    ...settings,
    success: (_, { name }) => t('saved', { name }),
  });
  return (
    <FormDrawer
      opened={opened}
      onClose={onClose}
      title={role ? t('form.editTitle', { name: role.name }) : t('form.createTitle')}
      onSubmit={form.onSubmit((values) => (role ? update : create).mutate(values))}
      pending={create.isPending || update.isPending}
      {...(role ? {} : { submitLabel: t('add') })}
    >
      <TextInput
        label={t('form.name')}
        placeholder={t('form.namePlaceholder')}
        required
        maxLength={60}
        data-autofocus
        {...form.getInputProps('name')}
        onChange={(event) => {
          const name = event.currentTarget.value;
          form.setFieldValue('name', name);
          if (!role && !idTouched) form.setFieldValue('id', idFromName(name));
        }}
      />
      <TextInput
        label={t('form.id')}
        description={t('form.idHint')}
        required
        maxLength={40}
        disabled={role !== null}
        spellCheck={false}
        autoCapitalize="none"
        {...form.getInputProps('id')}
        onChange={(event) => {
          setIdTouched(event.currentTarget.value !== '');
          form.setFieldValue('id', event.currentTarget.value);
        }}
      />
      <Textarea
        label={t('form.description')}
        maxLength={300}
        autosize
        minRows={2}
        {...form.getInputProps('description')}
      />
      {!role && (
        <StartFrom
          roles={roles}
          onChoose={(permissions) => form.setFieldValue('permissions', [...permissions])}
        />
      )}
      <PermissionBoxes {...form.getInputProps('permissions')} value={form.values.permissions} />
    </FormDrawer>
  );
}

type StartFromProps = Pick<RoleFormProps, 'roles'> & {
  onChoose: (permissions: readonly Permission[]) => void;
};

/** Fills the boxes in like another role's: most are one of the built-in ones with a change. */
function StartFrom({ roles, onChoose }: StartFromProps) {
  const { t } = useTranslation('roles');
  const roleName = useRoleName();
  const me = useMe();
  const fit = roles.filter(({ permissions }) => permissions.length > 0 && covers(me, permissions));
  return (
    <Select
      label={t('form.startFrom')}
      placeholder={t('form.startEmpty')}
      clearable
      data={fit.map(({ id, name }) => ({ value: id, label: roleName(id, name) }))}
      onChange={(id) => onChoose(fit.find((role) => role.id === id)?.permissions ?? [])}
    />
  );
}
