import { Alert, Anchor, Drawer } from '@mantine/core';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import { IconAdjustmentsHorizontal, IconEraser, IconTerminal2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { AvailableModel } from '#shared/schemas/models.ts';
import { trpc } from '../../lib/trpc.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { NoModels } from '../../ui/NoModels.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Composer } from './Composer.tsx';
import { CurlDialog } from './CurlDialog.tsx';
import { IconAction } from './IconAction.tsx';
import { Messages } from './Messages.tsx';
import { ModelSelect } from './ModelSelect.tsx';
import { Parameters } from './Parameters.tsx';
import classes from './playground.module.css';
import { useChat, useChatStore, useModel } from './use-chat.ts';

/** A chat with any model through the gateway. */
export function PlaygroundPage() {
  const { t } = useTranslation('playground');
  const query = useQuery(trpc.models.available.queryOptions());
  const wide = useMediaQuery('(min-width: 1100px)', true, { getInitialValueInEffect: false });
  return (
    <div className={classes.page}>
      <div className={classes.main}>
        <div className={classes.head}>
          <PageHeader title={t('title')} actions={<HeadActions wide={wide} />} />
        </div>
        <QueryBoundary query={query} empty={<NoModels title={t('noModels.title')} />}>
          {(models) => <Chat models={models} />}
        </QueryBoundary>
      </div>
      {wide && (
        <aside className={classes.side} aria-label={t('parameters')}>
          <Parameters />
        </aside>
      )}
    </div>
  );
}

function Chat({ models }: { models: readonly AvailableModel[] }) {
  const { t } = useTranslation('playground');
  const model = useModel();
  return (
    <>
      {models.every(({ ready }) => !ready) && (
        <Alert color="yellow" variant="light" title={t('noModels.noneReadyTitle')} mb="sm">
          {t('noModels.noneReadyText')}{' '}
          <Anchor inherit renderRoot={(props) => <Link {...props} to="/accounts" />}>
            {t('noModels.accounts')}
          </Anchor>
        </Alert>
      )}
      <Messages model={model?.name ?? null} />
      <Composer model={model} />
    </>
  );
}

/** Model, parameters (where they have no room of their own), curl and clear. */
function HeadActions({ wide }: { wide: boolean }) {
  const { t } = useTranslation(['playground', 'common']);
  const store = useChatStore();
  const model = useModel();
  const empty = useChat(({ turns }) => turns.length === 0);
  const [parameters, parametersDialog] = useDisclosure(false);
  const [curl, curlDialog] = useDisclosure(false);
  const [clearing, clearDialog] = useDisclosure(false);
  const clear = () => {
    store.clear();
    clearDialog.close();
  };
  return (
    <div className={classes.headActions}>
      <div className={classes.model}>
        <ModelSelect />
      </div>
      {!wide && (
        <IconAction
          icon={IconAdjustmentsHorizontal}
          label={t('parameters')}
          onClick={parametersDialog.open}
        />
      )}
      <IconAction
        icon={IconTerminal2}
        label={t('curl')}
        onClick={curlDialog.open}
        disabled={model === null}
      />
      <IconAction
        icon={IconEraser}
        label={t('clear')}
        onClick={clearDialog.open}
        disabled={empty}
      />
      <Drawer
        opened={parameters && !wide}
        onClose={parametersDialog.close}
        position="right"
        size={340}
        title={t('parameters')}
        styles={{ title: { fontSize: '1.0625rem', fontWeight: 620 } }}
        closeButtonProps={{ 'aria-label': t('common:close') }}
      >
        <Parameters />
      </Drawer>
      {model && <CurlDialog opened={curl} onClose={curlDialog.close} model={model.name} />}
      <ConfirmDialog
        opened={clearing}
        onClose={clearDialog.close}
        title={t('clearTitle')}
        text={t('clearText')}
        confirmLabel={t('clear')}
        onConfirm={clear}
      />
    </div>
  );
}
