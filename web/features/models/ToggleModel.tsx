import { Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ModelView } from '#shared/schemas/models.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';

/** Switches a model on and off at once; it shows the new state while the server is told. */
export function ToggleModel({ model }: { model: ModelView }) {
  const { t } = useTranslation('models');
  const { id, name, enabled } = model;
  const update = useAppMutation(trpc.models.update.mutationOptions(), {
    success: (changed) => t(changed.enabled ? 'turnedOn' : 'turnedOff', { name }),
    invalidate: [trpc.models.pathFilter()],
  });
  return (
    <Switch
      aria-label={t('toggle', { name })}
      checked={update.isPending ? update.variables.enabled === true : enabled}
      disabled={update.isPending}
      onChange={(event) => update.mutate({ id, enabled: event.currentTarget.checked })}
    />
  );
}
