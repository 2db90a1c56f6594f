import { TagsInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import type { VaultBatchChange } from '#shared/schemas/vault-batch.ts';
import { FormModal } from '../../ui/FormModal.tsx';

type TagsDialogProps = {
  opened: boolean;
  onClose: () => void;
  pending: boolean;
  onApply: (change: VaultBatchChange) => void;
};

/** Tags that all of them get, and tags that none of them keeps. */
export function TagsDialog({ onApply, onClose, opened, pending }: TagsDialogProps) {
  const { t } = useTranslation('vaultBatch');
  const form = useForm({ initialValues: { add: [] as string[], remove: [] as string[] } });
  return (
    <FormModal
      opened={opened}
      onClose={onClose}
      title={t('tags.title')}
      submitLabel={t('tags.apply')}
      pending={pending}
      onSubmit={form.onSubmit((values) => onApply({ what: 'tags', ...values }))}
    >
      {(['add', 'remove'] as const).map((field) => (
        <TagsInput
          key={field}
          label={t(`tags.${field}`)}
          placeholder={t('tags.placeholder')}
          maxTags={20}
          maxLength={60}
          {...form.getInputProps(field)}
        />
      ))}
    </FormModal>
  );
}
