import {
  Button,
  FileButton,
  Group,
  SegmentedControl,
  Select,
  TagsInput,
  Text,
  Textarea,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconFileImport } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { IMPORT_FORMATS, MOST_IMPORTED } from '#shared/schemas/vault-batch.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { FormDrawer } from '../../ui/FormModal.tsx';

type ImportDialogProps = {
  opened: boolean;
  onClose: () => void;
  /** Told of the job that does it. */
  onStarted: (jobId: string) => void;
};

type Format = (typeof IMPORT_FORMATS)[number];

/** Tokens out of a file or pasted; a job brings them in. */
export function ImportDialog({ onClose, onStarted, opened }: ImportDialogProps) {
  const { t } = useTranslation('vaultBatch');
  const platforms = useQuery(trpc.platforms.list.queryOptions());
  const clients = useQuery(trpc.vaultBatch.choices.queryOptions({ what: 'client' }));
  const proxies = useQuery(trpc.vaultBatch.choices.queryOptions({ what: 'proxy' }));
  const form = useForm({
    initialValues: {
      platformId: '',
      format: 'text' as Format,
      text: '',
      clientId: null as string | null,
      proxyId: null as string | null,
      tags: [] as string[],
    },
    validate: {
      platformId: (value) => (value === '' ? t('import.platform') : null),
      text: (value) => (value.trim() === '' ? t('import.empty') : null),
    },
  });
  const start = useAppMutation(trpc.vaultBatch.import.mutationOptions(), {
    form,
    invalidate: [trpc.jobs.pathFilter()],
    onDone({ jobId }) {
      onClose();
      onStarted(jobId);
    },
  });
  const { format, platformId } = form.values;
  const read = async (file: File | null) => {
    if (!file) return;
    if (file.size > MOST_IMPORTED) return form.setFieldError('text', t('import.tooLarge'));
    const ending = file.name.split('.').at(-1)?.toLowerCase();
    const named = IMPORT_FORMATS.find((one) => one === ending) ?? 'text';
    form.setValues({ text: await file.text(), format: named });
  };
  const named = (rows: readonly { id: string; name: string }[] = []) =>
    rows.map(({ id, name }) => ({ value: id, label: name }));
  const fitting = clients.data?.filter((client) => client.platformId === platformId);
  return (
    <FormDrawer
      opened={opened}
      onClose={onClose}
      title={t('import.title')}
      submitLabel={t('import.apply')}
      pending={start.isPending}
      onSubmit={form.onSubmit((values) => start.mutate(values))}
    >
      <Select
        label={t('import.platform')}
        required
        searchable
        data={named(platforms.data?.filter(({ id }) => id !== 'sandbox'))}
        nothingFoundMessage={t('import.noPlatform')}
        {...form.getInputProps('platformId')}
      />
      <div>
        <Text fz="sm" fw={500} mb={4}>
          {t('import.format')}
        </Text>
        <SegmentedControl
          fullWidth
          aria-label={t('import.format')}
          data={IMPORT_FORMATS.map((value) => ({ value, label: t(`import.formats.${value}`) }))}
          {...form.getInputProps('format')}
        />
      </div>
      <Textarea
        label={t('import.tokens')}
        description={format === 'csv' ? t('import.csvText') : t('import.tokensText')}
        minRows={6}
        maxRows={12}
        autosize
        required
        spellCheck={false}
        autoComplete="off"
        {...form.getInputProps('text')}
      />
      <Group>
        <FileButton
          accept=".txt,.csv,.json,text/*,application/json"
          onChange={(file) => void read(file)}
        >
          {(props) => (
            <Button {...props} variant="default" leftSection={<IconFileImport size={16} />}>
              {t('import.file')}
            </Button>
          )}
        </FileButton>
      </Group>
      <TagsInput label={t('import.tags')} maxTags={20} {...form.getInputProps('tags')} />
      <Select
        label={t('import.client')}
        clearable
        data={named(fitting)}
        {...form.getInputProps('clientId')}
      />
      <Select
        label={t('import.proxy')}
        clearable
        data={named(proxies.data)}
        {...form.getInputProps('proxyId')}
      />
    </FormDrawer>
  );
}
