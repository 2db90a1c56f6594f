import { Anchor, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { trpc } from '../../lib/trpc.ts';

/** Under the sign-in form: the way to a new password, and to an account of one's own where that is open. */
export function SignInLinks() {
  const { t } = useTranslation(['registration', 'sessions']);
  const { data: look } = useQuery(trpc.registration.look.queryOptions());
  return (
    <Group gap="lg" justify="space-between">
      {look?.mail ? (
        <Anchor component={Link} to="/forgot-password" fz="sm">
          {t('links.forgot')}
        </Anchor>
      ) : (
        <Text c="dimmed" fz="sm">
          {t('sessions:forgotten')}
        </Text>
      )}
      {look && look.mode !== 'closed' && (
        <Anchor component={Link} to="/register" fz="sm">
          {t('links.register')}
        </Anchor>
      )}
    </Group>
  );
}
