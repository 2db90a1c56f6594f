import { Button, Center } from '@mantine/core';
import { IconBarrierBlock } from '@tabler/icons-react';
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { readError } from '../lib/errors.ts';
import { EmptyState } from '../ui/EmptyState.tsx';
import { ErrorState } from '../ui/ErrorState.tsx';

/** Shown when a page could not be loaded or threw while rendering. */
export function CrashPage({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation(['nav', 'common']);
  const router = useRouter();
  const retry = () => {
    reset();
    void router.invalidate();
  };
  const fromServer = readError(error).code !== 'internal' || readError(error).requestId !== null;
  return (
    <Center mih="60dvh" p="md">
      {fromServer ? (
        <ErrorState error={error} onRetry={retry} />
      ) : (
        <EmptyState
          icon={IconBarrierBlock}
          title={t('crashed.title')}
          text={t('crashed.text')}
          action={
            <Button variant="default" onClick={retry}>
              {t('common:retry')}
            </Button>
          }
        />
      )}
    </Center>
  );
}
