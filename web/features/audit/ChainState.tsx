import { Alert, Button, Group, Text } from '@mantine/core';
import { IconAlertTriangle, IconShieldCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { AuditVerdict } from '#shared/schemas/audit.ts';
import { readError } from '../../lib/errors.ts';
import { formatExactTime } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { CopyField } from '../../ui/CopyField.tsx';
import { ErrorText } from '../../ui/ErrorText.tsx';
import { Section } from '../../ui/Section.tsx';
import classes from './audit.module.css';

/** Whether anybody altered the log, when somebody asks. */
export function ChainState() {
  const { t } = useTranslation('audit');
  const { data, error, isFetching, refetch } = useQuery(
    trpc.audit.verify.queryOptions(undefined, {
      enabled: false,
      staleTime: Number.POSITIVE_INFINITY,
    }),
  );
  return (
    <div className={classes.chain}>
      <Section
        title={t('chain.title')}
        text={t('chain.text')}
        actions={
          <Button
            variant="default"
            loading={isFetching}
            leftSection={<IconShieldCheck size={16} stroke={1.7} />}
            onClick={() => void refetch()}
          >
            {t('chain.check')}
          </Button>
        }
      >
        <div aria-live="polite">
          {error && <ErrorText error={readError(error)} />}
          {!error && data && <Verdict verdict={data} />}
          {!error && !data && (
            <Text fz="sm" c="dimmed">
              {t('chain.unchecked')}
            </Text>
          )}
        </div>
      </Section>
    </div>
  );
}

function Verdict({ verdict }: { verdict: AuditVerdict }) {
  const { t } = useTranslation('audit');
  const { broken, checkedAt, lastHash, rows } = verdict;
  const at = formatExactTime(checkedAt);
  if (broken) {
    return (
      <Alert
        color="red"
        icon={<IconAlertTriangle />}
        title={t('chain.broken', { seq: broken.seq })}
      >
        {t(`chain.why.${broken.why}`)}
      </Alert>
    );
  }
  return (
    <>
      <Group gap={8} mb="xs" wrap="nowrap" align="flex-start">
        <IconShieldCheck size={18} stroke={1.8} color="var(--mantine-color-green-6)" aria-hidden />
        <Text fz="sm">{t('chain.whole', { count: rows, at })}</Text>
      </Group>
      <CopyField label={t('chain.last')} value={lastHash} />
    </>
  );
}
