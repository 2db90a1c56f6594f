import { Button, Stack } from '@mantine/core';
import { IconZoomQuestion } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { WhyView } from '#shared/schemas/why.ts';
import { readError } from '../../lib/errors.ts';
import { formatExactTime } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Section } from '../../ui/Section.tsx';
import { WhyAccounts } from './WhyAccounts.tsx';
import { WhyAsked } from './WhyAsked.tsx';
import { WhyEnd } from './WhyEnd.tsx';
import { WhyLimits } from './WhyLimits.tsx';
import { WhyStory } from './WhyStory.tsx';

const route = getRouteApi('/shell/why/$id');

/** A request that has just ended is written within a second or two. */
const TRIES = 4;
const PAUSE_MS = 800;
/** Said of an id that is none, too: a link that was cut off. */
const UNKNOWN = new Set(['not_found', 'bad_request']);

/** What became of one request, in plain words; its address can be passed on within the team. */
export function WhyPage() {
  const { t } = useTranslation('why');
  const { id } = route.useParams();
  const query = useQuery(
    trpc.why.get.queryOptions(
      { id },
      {
        retry: (failures, error) => readError(error).code === 'not_found' && failures < TRIES,
        retryDelay: PAUSE_MS,
      },
    ),
  );
  const unknown = query.data === undefined && UNKNOWN.has(readError(query.error).code);
  return (
    <>
      <PageHeader
        title={t('title')}
        {...(query.data && { subtitle: formatExactTime(query.data.createdAt) })}
      />
      {query.error && unknown ? (
        <Unknown />
      ) : (
        <QueryBoundary query={query}>{(view) => <Explained view={view} />}</QueryBoundary>
      )}
    </>
  );
}

function Explained({ view }: { view: WhyView }) {
  const { trace } = view;
  return (
    <Stack gap="md">
      <WhyEnd outcome={view.outcome} error={view.error} param={view.param} retryAt={view.retryAt} />
      <WhyAsked view={view} />
      <WhyStory view={view} />
      {trace && trace.limits.length > 0 && <WhyLimits limits={trace.limits} />}
      {trace && trace.accounts.length > 0 && <WhyAccounts accounts={trace.accounts} />}
    </Stack>
  );
}

function Unknown() {
  const { t } = useTranslation('why');
  return (
    <Section>
      <EmptyState
        icon={IconZoomQuestion}
        title={t('unknown.title')}
        text={t('unknown.text')}
        action={
          <Button variant="default" renderRoot={(props) => <Link {...props} to="/usage" />}>
            {t('unknown.usage')}
          </Button>
        }
      />
    </Section>
  );
}
