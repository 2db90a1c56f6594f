import { Alert, Button } from '@mantine/core';
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { readError } from '../lib/errors.ts';
import { describeError } from './describe-error.ts';
import { ErrorText } from './ErrorText.tsx';

/** What a page or list shows when loading failed: what happened, what to do, the request id, retry. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation('common');
  const readable = readError(error);
  return (
    <Alert
      role="alert"
      color="red"
      variant="light"
      icon={<IconAlertTriangle />}
      title={describeError(readable).title}
      // Never to the edges of a section whose list begins there.
      w="calc(100% - 2rem)"
      maw={640}
      my="md"
      mx="auto"
    >
      <ErrorText error={readable} />
      {onRetry && (
        <Button
          mt="sm"
          size="xs"
          variant="default"
          leftSection={<IconRefresh size={14} />}
          onClick={onRetry}
        >
          {t('retry')}
        </Button>
      )}
    </Alert>
  );
}
