import { Button, Center } from '@mantine/core';
import { IconMapQuestion } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../ui/EmptyState.tsx';

/** Shown for an address that no route knows. */
export function NotFoundPage() {
  const { t } = useTranslation('nav');
  return (
    <Center mih="100dvh" p="md">
      <EmptyState
        icon={IconMapQuestion}
        title={t('notFound.title')}
        text={t('notFound.text')}
        action={
          <Button component={Link} to="/" variant="default">
            {t('notFound.home')}
          </Button>
        }
      />
    </Center>
  );
}
