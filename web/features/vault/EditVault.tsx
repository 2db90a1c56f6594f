import { Select, Switch, TagsInput, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { VaultView } from '#shared/schemas/vault.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { FormDrawer, FormModal } from '../../ui/FormModal.tsx';

type DialogProps = { row: VaultView; opened: boolean; onClose: () => void };

/** What people say of an account, and the way it takes to the platform. */
export function EditVault({ onClose, opened, row }: DialogProps) {
  const { t } = useTranslation('vault');
  const choices = useQuery(trpc.vault.choices.queryOptions());
  const { autoRefresh, bizId, memo, tags } = row;
  const form = useForm({
    initialValues: {
      ...{ autoRefresh, bizId, memo, tags },
      proxyId: row.proxy?.id ?? null,
      clientId: row.client?.id ?? null,
    },
  });
  const save = useAppMutation(trpc.vault.update.mutationOptions(), {
    form,
    invalidate: [trpc.vault.pathFilter()],
    paramTexts: { bizId: t('edit.bizIdTaken') },
    success: ({ bizId: name }) => t('edit.saved', { name }),
    onDone: onClose,
  });
  const { clients = [], proxies = [] } = choices.data ?? {};
  const proxyOptions = withPresent(
    proxies.map(({ enabled, id, name }) => ({
      value: id,
      label: enabled ? name : t('edit.proxyOff', { name }),
      disabled: !enabled && id !== row.proxy?.id,
    })),
    row.proxy,
  );
  const clientOptions = withPresent(
    clients
      .filter(({ platformId }) => platformId === row.platformId)
      .map(({ id, name }) => ({ value: id, label: name })),
    row.client,
  );
  return (
    <FormDrawer
      opened={opened}
      onClose={onClose}
      title={t('edit.title', { name: row.bizId })}
      pending={save.isPending}
      onSubmit={form.onSubmit((values) => save.mutate({ id: row.id, ...values }))}
    >
      <TextInput
        label={t('edit.bizId')}
        description={t('edit.bizIdHint')}
        maxLength={255}
        {...form.getInputProps('bizId')}
      />
      <TagsInput
        label={t('edit.tags')}
        maxTags={20}
        maxLength={60}
        {...form.getInputProps('tags')}
      />
      <Select
        label={t('edit.proxy')}
        placeholder={t('edit.none')}
        clearable
        searchable
        data={proxyOptions}
        {...form.getInputProps('proxyId')}
      />
      <Select
        label={t('edit.client')}
        placeholder={t('edit.none')}
        clearable
        searchable
        data={clientOptions}
        {...form.getInputProps('clientId')}
      />
      <Switch label={t('edit.auto')} {...form.getInputProps('autoRefresh', { type: 'checkbox' })} />
      <Textarea
        label={t('edit.memo')}
        autosize
        minRows={3}
        maxRows={10}
        maxLength={2_000}
        {...form.getInputProps('memo')}
      />
    </FormDrawer>
  );
}

/** What the account has now stays a choice while the others are on their way. */
function withPresent<Option extends { value: string; label: string }>(
  options: readonly Option[],
  present: { id: string; name: string } | null,
): (Option | { value: string; label: string })[] {
  if (!present || options.some(({ value }) => value === present.id)) return [...options];
  return [{ value: present.id, label: present.name }, ...options];
}

/** Another refresh token, pasted. */
export function ReplaceToken({ onClose, opened, row }: DialogProps) {
  const { t } = useTranslation('vault');
  const form = useForm({ initialValues: { refreshToken: '' } });
  const save = useAppMutation(trpc.vault.replace.mutationOptions(), {
    form,
    invalidate: [trpc.vault.pathFilter()],
    success: () => t('replace.done', { name: row.bizId }),
    onDone: onClose,
    onFail: ({ code }) => {
      if (code === 'conflict') form.setErrors({ refreshToken: t('replace.known') });
      return code === 'conflict';
    },
  });
  return (
    <FormModal
      opened={opened}
      onClose={onClose}
      title={t('replace.title', { name: row.bizId })}
      submitLabel={t('replace.submit')}
      pending={save.isPending}
      onSubmit={form.onSubmit(({ refreshToken }) => save.mutate({ id: row.id, refreshToken }))}
    >
      <Text fz="sm" c="dimmed">
        {t('replace.text')}
      </Text>
      <Textarea
        label={t('replace.field')}
        autosize
        minRows={3}
        maxRows={6}
        spellCheck={false}
        autoComplete="off"
        data-autofocus
        {...form.getInputProps('refreshToken')}
      />
    </FormModal>
  );
}
