import { Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import type { ModelView } from '#shared/schemas/models.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { FormDrawer } from '../../ui/FormModal.tsx';
import {
  checkModel,
  type ModelFormValues,
  modelValues,
  newModelValues,
  toModel,
  toModelUpdate,
} from './model-form.ts';
import { PriceFields } from './PriceFields.tsx';
import { RouteEditor } from './RouteEditor.tsx';

type ModelDrawerProps = {
  opened: boolean;
  onClose: () => void;
  /** Null: a new one. */
  model: ModelView | null;
};

/** Creates or changes a model: name, routes, price. */
export function ModelDrawer({ opened, onClose, model }: ModelDrawerProps) {
  const { t } = useTranslation(['models', 'fields']);
  const texts = {
    half: t('form.priceBoth'),
    missing: t('fields:required'),
    twice: t('form.twice'),
  };
  const form = useForm<ModelFormValues>({
    initialValues: model ? modelValues(model) : newModelValues(),
    validate: (values) => checkModel(values, texts),
  });
  const settings = {
    form,
    paramTexts: { name: t('form.nameTaken'), priceFrom: t('form.pricePast') },
    invalidate: [trpc.models.pathFilter()],
    onDone: onClose,
  };
  const create = useAppMutation(trpc.models.create.mutationOptions(), {
    ...settings,
    success: ({ name }) => t('form.created', { name }),
  });
  const update = useAppMutation(trpc.models.update.mutationOptions(), {
    ...settings,
    success: ({ name }) => t('form.saved', { name }),
  });

  function submit(values: ModelFormValues) {
    if (model) update.mutate(toModelUpdate(model.id, values));
    else create.mutate(toModel(values));
  }

  return (
    <FormDrawer
      opened={opened}
      onClose={onClose}
      title={model ? t('form.editTitle', { name: model.name }) : t('form.createTitle')}
      onSubmit={form.onSubmit(submit)}
      pending={create.isPending || update.isPending}
      {...(model ? {} : { submitLabel: t('add') })}
    >
      <TextInput
        label={t('form.name')}
        description={t('form.nameHint')}
        required
        maxLength={120}
        spellCheck={false}
        autoCapitalize="none"
        autoComplete="off"
        data-autofocus
        {...form.getInputProps('name')}
      />
      <RouteEditor form={form} />
      <PriceFields form={form} modelId={model?.id ?? null} />
      <Switch
        label={t('form.enabled')}
        description={t('form.enabledHint')}
        {...form.getInputProps('enabled', { type: 'checkbox' })}
      />
    </FormDrawer>
  );
}
