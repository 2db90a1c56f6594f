import { Button, Group } from '@mantine/core';
import { IconCube } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../lib/use-me.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';

/** In place of the conversation while there is nothing to ask. */
export function NoModels() {
  const { t } = useTranslation('playground');
  const admin = useMe().role === 'admin';
  return (
    <EmptyState
      icon={IconCube}
      title={t('noModels.title')}
      text={t(admin ? 'noModels.adminText' : 'noModels.memberText')}
      action={admin ? <Ways /> : undefined}
    />
  );
}

/** Where accounts and models are made. */
function Ways() {
  const { t } = useTranslation('playground');
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
