import {
  Group,
  MultiSelect,
  PasswordInput,
  Select,
  Switch,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core';
import { type UseFormReturnType, useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import {
  ALERT_KINDS,
  ALERT_SEVERITIES,
  AlertLanguage,
  type ChannelKind,
  ChannelSave,
  type ChannelView,
} from '#shared/schemas/alerts.ts';
import { currentLanguage } from '../../i18n/index.ts';
import { checkWith } from '../../lib/check-with.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { FormDrawer } from '../../ui/FormModal.tsx';
import { textKey } from './alert-words.ts';
import { type ChannelValues, fromChannel, newChannel, toChannelSave } from './channel-form.ts';

/** A channel to change, or the kind of a new one. */
export type EditedChannel = { channel: ChannelView } | { kind: ChannelKind };

type ChannelDrawerProps = { opened: boolean; onClose: () => void; editing: EditedChannel };
type Form = UseFormReturnType<ChannelValues>;

const TIMES = ['quietFrom', 'quietTo'] as const;

/** Adds a channel, or changes one. */
export function ChannelDrawer({ opened, onClose, editing }: ChannelDrawerProps) {
  const { t } = useTranslation('alerts');
  const channel = 'channel' in editing ? editing.channel : null;
  const id = channel?.id ?? null;
  const form = useForm<ChannelValues>({
    initialValues:
      'channel' in editing
        ? fromChannel(editing.channel)
        : newChannel(editing.kind, currentLanguage()),
    validate: (values) => withTargets(checkWith(ChannelSave)(toChannelSave(values, id))),
  });
  const save = useAppMutation(trpc.alerts.saveChannel.mutationOptions(), {
    form,
    success: t('channels.saved'),
    invalidate: [trpc.alerts.channels.queryFilter()],
    onDone: onClose,
    onFail(error) {
      const { param } = error;
      const known = param?.startsWith('target.') || param === 'zone' || isTime(param);
      if (!known || param === null) return false;
      form.setErrors({ [param]: error.message });
      return true;
    },
  });
  const { kind } = form.values;
  return (
    <FormDrawer
      opened={opened}
      onClose={onClose}
      title={
        channel
          ? t('form.edit', { name: channel.name })
          : t('form.create', { kind: t(`channels.kind.${kind}`) })
      }
      onSubmit={form.onSubmit((values) => save.mutate(toChannelSave(values, id)))}
      pending={save.isPending}
    >
      <TextInput
        label={t('form.name')}
        required
        maxLength={80}
        data-autofocus
        {...form.getInputProps('name')}
      />
      <TargetFields form={form} channel={channel} />
      <Switch label={t('form.enabled')} {...form.getInputProps('enabled', { type: 'checkbox' })} />
      <Select
        label={t('form.severity')}
        allowDeselect={false}
        data={ALERT_SEVERITIES.map((value) => ({ value, label: t(`severity.${value}`) }))}
        {...form.getInputProps('severity')}
      />
      <MultiSelect
        label={t('form.kinds')}
        description={t('form.kindsHint')}
        clearable
        data={ALERT_KINDS.map((value) => ({ value, label: t(textKey(value)) }))}
        {...form.getInputProps('kinds')}
      />
      <Select
        label={t('form.language')}
        allowDeselect={false}
        data={AlertLanguage.options.map((value) => ({
          value,
          label: t(`form.languages.${value}`),
        }))}
        {...form.getInputProps('language')}
      />
      <QuietFields form={form} />
    </FormDrawer>
  );
}

function isTime(param: string | null): boolean {
  return TIMES.some((name) => name === param);
}

/** A message about one of the recipients is said beside all of them. */
function withTargets(errors: Record<string, string>): Record<string, string> {
  const one = Object.entries(errors).find(([field]) => field.startsWith('target.to.'));
  return one ? { ...errors, 'target.to': one[1] } : errors;
}

function TargetFields({ form, channel }: { form: Form; channel: ChannelView | null }) {
  const { t } = useTranslation('alerts');
  const { kind } = form.values;
  if (kind === 'mail') {
    return (
      <TagsInput
        label={t('form.to')}
        description={t('form.toHint')}
        required
        acceptValueOnBlur
        maxTags={20}
        {...form.getInputProps('target.to')}
      />
    );
  }
  const stays = channel ? t('form.stays') : '';
  const signs = kind !== 'wecom' && kind !== 'slack';
  return (
    <>
      <TextInput
        label={t(`form.url.${kind}`)}
        description={channel ? `${channel.shown} · ${stays}` : t('form.urlHint')}
        required={!channel}
        type="url"
        spellCheck={false}
        autoComplete="off"
        {...form.getInputProps('target.url')}
      />
      {signs && (
        <PasswordInput
          label={t(`form.secret.${kind}`)}
          description={[kind === 'webhook' ? t('form.secretHint') : '', stays].join(' ').trim()}
          required={!channel && (kind === 'webhook' || kind === 'telegram')}
          autoComplete="off"
          {...form.getInputProps('target.secret')}
        />
      )}
      {kind === 'telegram' && (
        <TextInput
          label={t('form.chatId')}
          required
          spellCheck={false}
          {...form.getInputProps('target.chatId')}
        />
      )}
    </>
  );
}

function QuietFields({ form }: { form: Form }) {
  const { t } = useTranslation('alerts');
  return (
    <div>
      <Text fw={500} fz="sm">
        {t('form.quiet')}
      </Text>
      <Text c="dimmed" fz="xs" mb={6}>
        {t('form.quietHint')}
      </Text>
      <Group gap="sm" align="flex-start">
        <TextInput type="time" label={t('form.from')} {...form.getInputProps('quietFrom')} />
        <TextInput type="time" label={t('form.until')} {...form.getInputProps('quietTo')} />
        <TextInput
          label={t('form.zone')}
          flex="1 1 140px"
          spellCheck={false}
          {...form.getInputProps('zone')}
        />
      </Group>
    </div>
  );
}
