import { Button, Stack } from '@mantine/core';
import { IconDownload, IconPrinter, IconZoomQuestion } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Receipt } from '#shared/schemas/off-switch.ts';
import { readError } from '../../lib/errors.ts';
import { formatExactTime } from '../../lib/format.ts';
import { saveFile } from '../../lib/save-file.ts';
import { trpc } from '../../lib/trpc.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Section } from '../../ui/Section.tsx';
import { ReceiptKept } from './ReceiptKept.tsx';
import { ReceiptState } from './ReceiptState.tsx';
import { ReceiptSteps } from './ReceiptSteps.tsx';
import { ReceiptStreams } from './ReceiptStreams.tsx';
import classes from './receipt.module.css';

const route = getRouteApi('/shell/off-switch/$id');

/** While servers still answer. */
const FOLLOW_MS = 500;
/** Said of an id that is none, too: a link that was cut off. */
const UNKNOWN = new Set(['not_found', 'bad_request']);

/** What an off-switch ended, and when; its address can be passed on within the team. */
export function ReceiptPage() {
  const { t } = useTranslation(['offSwitch', 'nav']);
  const { id } = route.useParams();
  const query = useQuery(
    trpc.offSwitch.receipt.queryOptions(
      { id },
      {
        refetchInterval: ({ state }) => (state.data?.following === 'waiting' ? FOLLOW_MS : false),
      },
    ),
  );
  const { data: receipt } = query;
  const unknown = receipt === undefined && UNKNOWN.has(readError(query.error).code);
  return (
    <div className={classes.receipt}>
      <Head receipt={receipt} />
      {query.error && unknown ? (
        <Section>
          <EmptyState
            icon={IconZoomQuestion}
            title={t('page.unknown')}
            text={t('page.unknownText')}
            action={
              <Button component={Link} to="/" variant="default">
                {t('nav:notFound.home')}
              </Button>
            }
          />
        </Section>
      ) : (
        <QueryBoundary query={query}>{(data) => <Told receipt={data} />}</QueryBoundary>
      )}
    </div>
  );
}

function Head({ receipt }: { receipt: Receipt | undefined }) {
  const { t } = useTranslation('offSwitch');
  if (!receipt) return <PageHeader title={t('action')} />;
  const { actorName: actor, at, id, kind, userName: name } = receipt;
  const time = formatExactTime(at);
  return (
    <PageHeader
      title={kind === 'own' ? t('page.titleOwn', { name }) : t('page.title', { name })}
      subtitle={kind === 'own' ? t('page.byOwn', { time }) : t('page.by', { actor, time })}
      actions={
        <div className={classes.actions}>
          <Button
            variant="default"
            leftSection={<IconDownload size={16} />}
            onClick={() =>
              saveFile(
                `off-switch-${id}.json`,
                'application/json',
                JSON.stringify(receipt, null, 2),
              )
            }
          >
            {t('page.export')}
          </Button>
          <Button
            variant="default"
            leftSection={<IconPrinter size={16} />}
            onClick={() => window.print()}
          >
            {t('page.print')}
          </Button>
        </div>
      }
    />
  );
}

function Told({ receipt }: { receipt: Receipt }) {
  return (
    <Stack gap="md">
      <ReceiptState receipt={receipt} />
      <ReceiptSteps receipt={receipt} />
      <ReceiptStreams receipt={receipt} />
      <ReceiptKept receipt={receipt} />
    </Stack>
  );
}
