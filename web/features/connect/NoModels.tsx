import { Button, Group } from '@mantine/core';
import { IconCube } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../lib/use-me.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Section } from '../../ui/Section.tsx';

/** In place of the tools while they would have no model to ask. */
export function NoModels() {
  const { t } = useTranslation('connect');
  const admin = useMe().role === 'admin';
  return (
    <Section>
      <EmptyState
        icon={IconCube}
        title={t('noModels.title')}
        text={t(admin ? 'noModels.adminText' : 'noModels.memberText')}
        action={admin ? <Ways /> : undefined}
      />
    </Section>
  );
}

/** Where accounts and models are made. */
function Ways() {
  const { t } = useTranslation('connect');
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
