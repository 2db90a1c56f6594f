import { Alert, Text } from '@mantine/core';
import { IconAlertTriangle, IconPlayerStop } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { ERRORS, type ErrorCode } from '#shared/errors.ts';
import classes from './usage.module.css';

type WhatHappenedProps = { outcome: string; error: string | null };

function isErrorCode(outcome: string): outcome is ErrorCode {
  return Object.hasOwn(ERRORS, outcome);
}

/** Why a request failed and what to do, in words; nothing for one that was answered. */
export function WhatHappened({ outcome, error }: WhatHappenedProps) {
  const { t } = useTranslation(['usage', 'errors']);
  if (outcome === 'ok') return null;
  if (outcome === 'aborted' || outcome === 'client_closed') {
    return (
      <Alert color="yellow" variant="light" icon={<IconPlayerStop />}>
        {t('detail.aborted')}
      </Alert>
    );
  }
  const code = isErrorCode(outcome) ? outcome : 'internal';
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertTriangle />}
      title={t(`errors:${code}.title`)}
    >
      {t(`errors:${code}.hint`)}
      {error && (
        <>
          <Text fz="xs" c="dimmed" mt="xs">
            {t('detail.saysServer')}
          </Text>
          <div className={classes.quote} lang="en">
            {error}
          </div>
        </>
      )}
    </Alert>
  );
}
