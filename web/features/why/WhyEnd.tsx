import { Alert, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconPlayerStop } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { ERRORS, type ErrorCode } from '#shared/errors.ts';
import { formatDateTime } from '../../lib/format.ts';
import classes from './why.module.css';

function isErrorCode(outcome: string): outcome is ErrorCode {
  return Object.hasOwn(ERRORS, outcome);
}

/** Errors of requests that the console's own words do not fit. */
const OWN_WORDS = ['bad_request', 'quota_exhausted'] as const;

type WhyEndProps = {
  outcome: string;
  /** In the server's words. */
  error: string | null;
  /** The member of the request at fault. */
  param?: string | null;
  /** From when the same request may succeed. */
  retryAt?: string | null;
};

/** How it ended, and what to do next. */
export function WhyEnd({ outcome, error, param = null, retryAt = null }: WhyEndProps) {
  const { t } = useTranslation(['why', 'errors']);
  if (outcome === 'ok') {
    return (
      <Alert color="teal" variant="light" icon={<IconCircleCheck />} title={t('answered.title')}>
        {t('answered.hint')}
      </Alert>
    );
  }
  if (outcome === 'aborted' || outcome === 'client_closed') {
    return (
      <Alert color="yellow" variant="light" icon={<IconPlayerStop />} title={t('aborted.title')}>
        {t('aborted.hint')}
      </Alert>
    );
  }
  const code = isErrorCode(outcome) ? outcome : 'internal';
  const own = OWN_WORDS.find((each) => each === code);
  const title = own ? t(`ends.${own}.title`) : t(`errors:${code}.title`);
  const hint = own ? t(`ends.${own}.hint`) : t(`errors:${code}.hint`);
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle />} title={title}>
      <Text fz="sm">{retryAt === null ? hint : t('retry', { time: formatDateTime(retryAt) })}</Text>
      {param !== null && <Text fz="sm">{t('param', { param })}</Text>}
      {error && (
        <>
          <Text fz="xs" c="dimmed" mt="xs">
            {t('saysServer')}
          </Text>
          <div className={classes.quote} lang="en">
            {error}
          </div>
        </>
      )}
    </Alert>
  );
}
