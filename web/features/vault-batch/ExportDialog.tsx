import { PasswordInput, SegmentedControl, Switch, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import type { VaultSelection } from '#shared/schemas/vault-batch.ts';
import { saveFile } from '../../lib/save-file.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { FormModal } from '../../ui/FormModal.tsx';

type ExportDialogProps = { opened: boolean; onClose: () => void; selection: VaultSelection };
type Format = 'csv' | 'json';

/** The selected accounts as a file; with refresh tokens only under a passphrase. */
export function ExportDialog({ onClose, opened, selection }: ExportDialogProps) {
  const { t } = useTranslation(['vaultBatch', 'common']);
  const form = useForm({
    initialValues: { format: 'csv' as Format, tokens: false, passphrase: '' },
  });
  const run = useAppMutation(trpc.vaultBatch.export.mutationOptions({ gcTime: 0 }), {
    form,
    success: t('export.done'),
    onDone({ name, text, type }) {
      saveFile(name, type, text);
      onClose();
    },
  });
  const { tokens } = form.values;
  return (
    <FormModal
      opened={opened}
      onClose={onClose}
      title={t('export.title')}
      submitLabel={t('export.apply')}
      pending={run.isPending}
      onSubmit={form.onSubmit(({ format, passphrase }) =>
        run.mutate({ selection, format, ...(tokens && { passphrase }) }),
      )}
    >
      <SegmentedControl
        fullWidth
        aria-label={t('export.format')}
        data={[
          { value: 'csv', label: t('import.formats.csv') },
          { value: 'json', label: t('import.formats.json') },
        ]}
        {...form.getInputProps('format')}
      />
      <Switch label={t('export.tokens')} {...form.getInputProps('tokens', { type: 'checkbox' })} />
      {tokens && (
        <>
          <Text fz="sm" c="dimmed">
            {t('export.tokensText')}
          </Text>
          <PasswordInput
            label={t('export.passphrase')}
            required
            autoComplete="new-password"
            visibilityToggleButtonProps={{ 'aria-label': t('common:showOrHide') }}
            {...form.getInputProps('passphrase')}
          />
        </>
      )}
    </FormModal>
  );
}
