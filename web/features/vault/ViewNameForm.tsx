import { Checkbox, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import {
  type SavedView,
  type VaultViewContent,
  ViewCreate,
  ViewUpdate,
} from '#shared/schemas/vault-views.ts';
import { checkWith } from '../../lib/check-with.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { FormModal } from '../../ui/FormModal.tsx';

type ViewNameFormProps = {
  opened: boolean;
  onClose: () => void;
  /** Null: a new one. */
  view: SavedView | null;
  content: VaultViewContent;
  onSaved: (view: SavedView) => void;
};

/** Saves the list as it is seen now under a name, or gives a view another name. */
export function ViewNameForm({ content, onClose, onSaved, opened, view }: ViewNameFormProps) {
  const { t } = useTranslation('vault');
  const form = useForm({
    initialValues: { name: view?.name ?? '', isDefault: false },
    validate: ({ isDefault, name }) =>
      view
        ? checkWith(ViewUpdate)({ id: view.id, name })
        : checkWith(ViewCreate)({ name, content, isDefault }),
  });
  const settings = {
    form,
    paramTexts: { name: t('views.nameTaken') },
    invalidate: [trpc.vault.views.queryFilter()],
    success: ({ name }: SavedView) => t('views.saved', { name }),
    onDone(saved: SavedView) {
      onSaved(saved);
      onClose();
    },
  };
  const create = useAppMutation(trpc.vault.createView.mutationOptions(), settings);
  const update = useAppMutation(trpc.vault.updateView.mutationOptions(), settings);
  return (
    <FormModal
      opened={opened}
      onClose={onClose}
      title={view ? t('views.renameTitle', { name: view.name }) : t('views.addTitle')}
      pending={create.isPending || update.isPending}
      onSubmit={form.onSubmit(({ isDefault, name }) =>
        view ? update.mutate({ id: view.id, name }) : create.mutate({ name, content, isDefault }),
      )}
    >
      <TextInput
        label={t('views.name')}
        {...(view ? {} : { description: t('views.nameHint') })}
        required
        maxLength={60}
        data-autofocus
        {...form.getInputProps('name')}
      />
      {!view && (
        <Checkbox
          label={t('views.opensWith')}
          {...form.getInputProps('isDefault', { type: 'checkbox' })}
        />
      )}
    </FormModal>
  );
}
