import { Code, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { currentLanguage } from '../i18n/index.ts';
import type { ReadableError } from '../lib/errors.ts';
import { describeError } from './describe-error.ts';

/**
 * The body of an error: the server's sentence, the hint in the reader's language, and the request
 * id. In English the server's sentence stands for the hint, because it says what to do next itself.
 */
export function ErrorText({ error }: { error: ReadableError }) {
  const { t } = useTranslation('common');
  const { detail, hint } = describeError(error);
  const both = currentLanguage() !== 'en' || error.retryAfterMs !== null;
  return (
    <>
      {(both || detail === '') && <Text fz="sm">{hint}</Text>}
      {detail !== '' && (
        <Text fz="sm" lang="en" style={{ overflowWrap: 'anywhere' }}>
          {detail}
        </Text>
      )}
      {error.requestId !== null && (
        <Text fz="xs" c="dimmed" mt={4}>
          {t('requestId')}{' '}
          <Code fz="xs" c="inherit" bg="transparent" p={0}>
            {error.requestId}
          </Code>
        </Text>
      )}
    </>
  );
}
