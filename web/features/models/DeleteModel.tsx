import { useTranslation } from 'react-i18next';
import type { ModelView } from '#shared/schemas/models.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';

type DeleteModelProps = { opened: boolean; onClose: () => void; model: ModelView };

/** Asks before a model's name is refused. */
export function DeleteModel({ opened, onClose, model }: DeleteModelProps) {
  const { t } = useTranslation('models');
  const { id, name } = model;
  const remove = useAppMutation(trpc.models.delete.mutationOptions(), {
    success: t('delete.done', { name }),
    invalidate: [trpc.models.pathFilter()],
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={t('delete.title', { name })}
      text={t('delete.text', { name })}
      confirmLabel={t('delete.confirm')}
      pending={remove.isPending}
      onConfirm={() => remove.mutate({ id })}
    />
  );
}
