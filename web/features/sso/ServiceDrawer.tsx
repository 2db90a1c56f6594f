import { PasswordInput, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { ProviderSave, type ProviderView } from '#shared/schemas/sso.ts';
import type { SsoPresetName } from '#shared/sso-presets.ts';
import { checkWith } from '../../lib/check-with.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { CopyField } from '../../ui/CopyField.tsx';
import { FormDrawer } from '../../ui/FormModal.tsx';
import { ClaimsPreview } from './ClaimsPreview.tsx';
import { EndpointFields } from './EndpointFields.tsx';
import { PeopleFields } from './PeopleFields.tsx';
import { fromPreset, fromView, type ServiceValues, toSave } from './service-form.ts';

/** A service to change, or what a new one begins with. */
export type Editing = { service: ProviderView } | { preset: SsoPresetName };

type ServiceDrawerProps = { opened: boolean; onClose: () => void; editing: Editing };

/** Adds a service people sign in by, or changes one. */
export function ServiceDrawer({ opened, onClose, editing }: ServiceDrawerProps) {
  const { t } = useTranslation('sso');
  const service = 'service' in editing ? editing.service : null;
  const form = useForm<ServiceValues>({
    initialValues: 'service' in editing ? fromView(editing.service) : fromPreset(editing.preset),
    validate: (values) => checkWith(ProviderSave)(toSave(values)),
  });
  const save = useAppMutation(trpc.sso.saveProvider.mutationOptions(), {
    form,
    paramTexts: { id: t('form.idTaken') },
    success: t('saved'),
    invalidate: [trpc.sso.pathFilter()],
    onDone: onClose,
    onFail(error) {
      if (!error.param?.startsWith('settings.')) return false;
      form.setErrors({ [error.param]: error.message });
      return true;
    },
  });
  const { id, settings } = form.values;
  return (
    <FormDrawer
      opened={opened}
      onClose={onClose}
      title={service ? t('form.editTitle', { name: service.name }) : t('form.createTitle')}
      onSubmit={form.onSubmit((values) => save.mutate(toSave(values)))}
      pending={save.isPending}
    >
      <TextInput
        label={t('form.name')}
        description={t('form.nameHint')}
        required
        maxLength={80}
        data-autofocus
        {...form.getInputProps('name')}
      />
      <TextInput
        label={t('form.id')}
        description={t('form.idHint')}
        required
        maxLength={40}
        disabled={service !== null}
        spellCheck={false}
        autoCapitalize="none"
        {...form.getInputProps('id')}
      />
      {id !== '' && (
        <CopyField
          label={t('form.redirectUri')}
          value={`${window.location.origin}/sso/callback/${id}`}
        />
      )}
      <TextInput
        label={t('form.clientId')}
        required
        maxLength={300}
        spellCheck={false}
        autoComplete="off"
        {...form.getInputProps('clientId')}
      />
      <PasswordInput
        label={t('form.secret')}
        description={t(service?.hasSecret ? 'form.secretStays' : 'form.secretHint')}
        autoComplete="off"
        {...form.getInputProps('secret')}
      />
      <Switch
        label={t('form.enabled')}
        description={t('form.enabledHint')}
        {...form.getInputProps('enabled', { type: 'checkbox' })}
      />
      <EndpointFields form={form} />
      <PeopleFields form={form} />
      <ClaimsPreview settings={settings} />
    </FormDrawer>
  );
}
