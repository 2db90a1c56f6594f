import { Button, Group } from '@mantine/core';
import { IconCube } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useCan } from '../lib/use-me.ts';
import { EmptyState } from './EmptyState.tsx';

/** In place of what asks a model while there is none. */
export function NoModels({ title }: { title: string }) {
  const { t } = useTranslation('common');
  const admin = useCan('models.write');
  return (
    <EmptyState
      icon={IconCube}
      title={title}
      text={t(admin ? 'noModels.adminText' : 'noModels.memberText')}
      action={admin ? <Ways /> : undefined}
    />
  );
}

/** Where accounts and models are made. */
function Ways() {
  const { t } = useTranslation('common');
  return (
    <Group gap="xs" justify="center">
      <Button renderRoot={(props) => <Link {...props} to="/accounts" />}>
        {t('noModels.accounts')}
      </Button>
      <Button variant="default" renderRoot={(props) => <Link {...props} to="/models" />}>
        {t('noModels.models')}
      </Button>
    </Group>
  );
}
