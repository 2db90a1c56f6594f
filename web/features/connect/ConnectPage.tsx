import { Alert, Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { AvailableModel } from '#shared/schemas/models.ts';
import { trpc } from '../../lib/trpc.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { BasicsSection } from './BasicsSection.tsx';
import { chooseModel } from './choose-model.ts';
import type { ConnectSearch } from './connect-search.ts';
import { NoModels } from './NoModels.tsx';
import { ToolPicker } from './ToolPicker.tsx';

const FIRST_TOOL = 'claude';

/** How each tool is pointed at this Gatehouse, in that tool's own protocol. */
export function ConnectPage() {
  const { t } = useTranslation('connect');
  const models = useQuery(trpc.models.available.queryOptions());
  return (
    <>
      <PageHeader title={t('title')} subtitle={t('subtitle')} />
      <QueryBoundary query={models} empty={<NoModels />}>
        {(found) => <Connect models={found} />}
      </QueryBoundary>
    </>
  );
}

function Connect({ models }: { models: readonly AvailableModel[] }) {
  const { t } = useTranslation('connect');
  const search = useSearch({ from: '/shell/connect' });
  const navigate = useNavigate();
  const model = chooseModel(models, search.model);
  if (!model) return <NoModels />;
  // What is chosen stays in the address, so that a link leads a colleague to the same lines.
  const go = (change: ConnectSearch) =>
    void navigate({
      to: '/connect',
      search: { ...search, ...change },
      replace: true,
      resetScroll: false,
    });
  return (
    <>
      {!model.ready && (
        <Alert color="yellow" variant="light" title={t('notReady.title')} mb="md">
          {t('notReady.text', { name: model.name })}{' '}
          <Anchor inherit renderRoot={(props) => <Link {...props} to="/accounts" />}>
            {t('notReady.accounts')}
          </Anchor>
        </Alert>
      )}
      <BasicsSection models={models} model={model.name} onModel={(name) => go({ model: name })} />
      <ToolPicker
        tool={search.tool ?? FIRST_TOOL}
        onTool={(tool) => go({ tool })}
        connection={{
          origin: window.location.origin,
          model: model.name,
          prompt: t('prompt'),
        }}
      />
    </>
  );
}
