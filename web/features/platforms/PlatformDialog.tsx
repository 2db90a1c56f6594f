import { Alert, Code, Select, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconShieldLock } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import { PlatformCreate, type PlatformView, Protocol } from '#shared/schemas/platforms.ts';
import { checkWith } from '../../lib/check-with.ts';
import type { ReadableError } from '../../lib/errors.ts';
import { idFromName } from '../../lib/id-from-name.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { FormModal } from '../../ui/FormModal.tsx';
import {
  allowEntry,
  callAddress,
  EXAMPLE_URLS,
  type PlatformFormValues,
  toPlatform,
} from './platform-form.ts';

type PlatformDialogProps = {
  opened: boolean;
  onClose: () => void;
  /** Null: a new one. */
  platform: PlatformView | null;
  onCreated: (platform: PlatformView) => void;
};

/** Adds a server that speaks one of the protocols, or changes one. */
export function PlatformDialog({ opened, onClose, platform, onCreated }: PlatformDialogProps) {
  const { t } = useTranslation('platforms');
  const [refused, setRefused] = useState<{ error: ReadableError; baseUrl: string } | null>(null);
  const [idTouched, setIdTouched] = useState(platform !== null);
  const form = useForm<PlatformFormValues>({
    initialValues: {
      id: platform?.id ?? '',
      name: platform?.name ?? '',
      protocol: platform?.endpoints[0]?.protocol ?? 'openai-chat',
      baseUrl: platform?.endpoints[0]?.baseUrl ?? '',
    },
    validate: (values) => checkWith(PlatformCreate)(toPlatform(values)),
  });
  const settings = {
    form,
    paramTexts: { id: t('form.idTaken') },
    invalidate: [trpc.platforms.list.queryFilter()],
    onFail(error: ReadableError) {
      if (error.code !== 'outbound_refused') return false;
      setRefused({ error, baseUrl: form.getValues().baseUrl.trim() });
      return true;
    },
  };
  const create = useAppMutation(trpc.platforms.create.mutationOptions(), {
    ...settings,
    success: ({ name }) => t('created', { name }),
    onDone: (created) => {
      onClose();
      onCreated(created);
    },
  });
  const update = useAppMutation(trpc.platforms.update.mutationOptions(), {
    ...settings,
    success: ({ name }) => t('saved', { name }),
    onDone: onClose,
  });

  function submit(values: PlatformFormValues) {
    setRefused(null);
    if (platform) update.mutate(toPlatform(values));
    else create.mutate(toPlatform(values));
  }
  const { protocol } = form.values;
  const address = callAddress(protocol, form.values.baseUrl);
  const nameInput = form.getInputProps('name');

  return (
    <FormModal
      opened={opened}
      onClose={onClose}
      title={platform ? t('form.editTitle', { name: platform.name }) : t('form.createTitle')}
      onSubmit={form.onSubmit(submit)}
      pending={create.isPending || update.isPending}
      {...(platform ? {} : { submitLabel: t('add') })}
    >
      <TextInput
        label={t('form.name')}
        placeholder={t('form.namePlaceholder')}
        required
        maxLength={80}
        data-autofocus
        {...nameInput}
        onChange={(event) => {
          const name = event.currentTarget.value;
          form.setFieldValue('name', name);
          if (!idTouched) form.setFieldValue('id', idFromName(name));
        }}
      />
      <TextInput
        label={t('form.id')}
        description={t('form.idHint')}
        required
        maxLength={40}
        disabled={platform !== null}
        spellCheck={false}
        autoCapitalize="none"
        {...form.getInputProps('id')}
        onChange={(event) => {
          setIdTouched(event.currentTarget.value !== '');
          form.setFieldValue('id', event.currentTarget.value);
        }}
      />
      <Select
        label={t('form.protocol')}
        description={t(`form.protocolHint.${protocol}`)}
        data={Protocol.options.map((value) => ({ value, label: t(`protocol.${value}`) }))}
        required
        allowDeselect={false}
        {...form.getInputProps('protocol')}
      />
      <TextInput
        label={t('form.baseUrl')}
        description={t(`form.baseUrlHint.${protocol}`)}
        placeholder={EXAMPLE_URLS[protocol]}
        type="url"
        inputMode="url"
        required
        maxLength={500}
        spellCheck={false}
        autoCapitalize="none"
        {...form.getInputProps('baseUrl')}
      />
      {address !== null && (
        <Text fz="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {t('form.calls')} <Code>{address}</Code>
        </Text>
      )}
      {refused && <Refused error={refused.error} baseUrl={refused.baseUrl} />}
      {!platform && !refused && (
        <Text fz="sm" c="dimmed">
          {t('form.next')}
        </Text>
      )}
    </FormModal>
  );
}

/** The server's refusal in its words, and the line that would open the address. */
function Refused({ error, baseUrl }: { error: ReadableError; baseUrl: string }): ReactNode {
  const { t } = useTranslation('platforms');
  return (
    <Alert
      role="alert"
      color="red"
      variant="light"
      icon={<IconShieldLock />}
      title={t('refused.title')}
    >
      <Text fz="sm" lang="en" style={{ overflowWrap: 'anywhere' }}>
        {error.message}
      </Text>
      <Text fz="sm" mt={6}>
        <Trans
          t={t}
          i18nKey="refused.next"
          values={{ variable: 'OUTBOUND_ALLOW' }}
          components={{ code: <Code /> }}
        />
      </Text>
      <Code block mt={6}>{`OUTBOUND_ALLOW=${allowEntry(baseUrl)}`}</Code>
    </Alert>
  );
}
