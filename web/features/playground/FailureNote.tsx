import { Alert, Button, Text } from '@mantine/core';
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../lib/format.ts';
import { WhyLink } from '../why/WhyLink.tsx';
import type { Failure } from './conversation.ts';
import { knownCode } from './failure-code.ts';

type Translator = TFunction<readonly ['playground', 'errors']>;

function describe({ code, retryAfterMs }: Failure, t: Translator): { title: string; hint: string } {
  if (code === 'broken_off' || code === 'unreadable') {
    return { title: t(`failure.${code}.title`), hint: t(`failure.${code}.hint`) };
  }
  const known = knownCode(code);
  if (known === null) return { title: t('failure.other.title'), hint: t('failure.other.hint') };
  const hint =
    retryAfterMs === null
      ? t(`errors:${known}.hint`)
      : t('errors:retryIn', { time: formatDuration(retryAfterMs) });
  return { title: t(`errors:${known}.title`), hint };
}

type FailureNoteProps = {
  failure: Failure;
  /** Null when no answer came at all. */
  requestId: string | null;
  onRetry: (() => void) | null;
};

/** Behind a message the doors name the page that explains it; here a link leads there. */
const DETAILS = / Details: \S+\/why\/[\w-]+$/;

/** Why there is no answer, what to do, and a button that does it. */
export function FailureNote({ failure, requestId, onRetry }: FailureNoteProps) {
  const { t } = useTranslation(['playground', 'errors']);
  const { title, hint } = describe(failure, t);
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertTriangle />}
      title={title}
      role="alert"
      mt="xs"
    >
      <Text fz="sm">{hint}</Text>
      {failure.message !== '' && (
        <Text fz="sm" mt={4} lang="en" style={{ overflowWrap: 'anywhere' }}>
          {failure.message.replace(DETAILS, '')}
        </Text>
      )}
      {requestId !== null && (
        <div style={{ marginTop: 4 }}>
          <WhyLink id={requestId} />
        </div>
      )}
      {onRetry && (
        <Button
          mt="sm"
          size="xs"
          variant="default"
          leftSection={<IconRefresh size={14} />}
          onClick={onRetry}
        >
          {t('failure.retry')}
        </Button>
      )}
    </Alert>
  );
}
