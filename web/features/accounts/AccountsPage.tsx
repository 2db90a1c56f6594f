import { Button, Group } from '@mantine/core';
import { IconFilterOff, IconPlugConnected, IconPlus } from '@tabler/icons-react';
import { useDeferredValue, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { can } from '#shared/permissions.ts';
import type { AccountView } from '#shared/schemas/accounts.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAddHash, useOpenHash } from '../../lib/use-add-hash.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { type Dialog, useDialog } from '../../lib/use-dialog.ts';
import { useMe } from '../../lib/use-me.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Section } from '../../ui/Section.tsx';
import { OpenSignIns } from '../linking/OpenSignIns.tsx';
import { DeleteAccount, DisableAccount } from './AccountConfirms.tsx';
import { AccountDrawer } from './AccountDrawer.tsx';
import { AccountFilters } from './AccountFilters.tsx';
import { type AccountAction, AccountsTable } from './AccountsTable.tsx';
import { AddAccountDialog } from './AddAccountDialog.tsx';
import { countStates } from './count-states.ts';
import { EditAccountDialog } from './EditAccountDialog.tsx';
import { filterAccounts, NO_FILTER, platformsOf } from './filter-accounts.ts';
import { ReplaceKeyDialog } from './ReplaceKeyDialog.tsx';
import { StateCounts } from './StateCounts.tsx';
import { TestCallDialog } from './TestCallDialog.tsx';
import { accountQueries, useAccounts } from './use-accounts.ts';
import { type TestCall, useTestCall } from './use-test-call.ts';

/** The provider credentials: those of the person and the shared ones; for admins, all. */
export function AccountsPage() {
  const { t } = useTranslation('accounts');
  const accounts = useAccounts();
  const adding = useDialog<{ platformId: string | null }>();
  const test = useTestCall();
  useAddHash('/accounts', (platformId) => adding.open({ platformId }));
  const add = () => adding.open({ platformId: null });

  return (
    <>
      <PageHeader
        title={t('title')}
        subtitle={t('subtitle')}
        actions={
          <Button leftSection={<IconPlus size={17} />} onClick={add}>
            {t('add')}
          </Button>
        }
      />
      <OpenSignIns />
      <QueryBoundary
        query={accounts}
        empty={
          <Section>
            <EmptyState
              icon={IconPlugConnected}
              title={t('empty')}
              text={t('emptyText')}
              action={
                <Group gap="xs" justify="center">
                  <Button variant="default" onClick={() => adding.open({ platformId: 'sandbox' })}>
                    {t('useSandbox')}
                  </Button>
                  <Button onClick={add}>{t('add')}</Button>
                </Group>
              }
            />
          </Section>
        }
      >
        {(all) => <AccountList accounts={all} test={test} />}
      </QueryBoundary>
      {adding.value && (
        <AddAccountDialog
          key={adding.turn}
          opened={adding.opened}
          onClose={adding.close}
          platformId={adding.value.platformId}
          takenNames={(accounts.data ?? []).map(({ name }) => name)}
          onAdded={test.start}
        />
      )}
      <TestCallDialog test={test} />
    </>
  );
}

type Confirmable = Exclude<AccountAction, 'test' | 'enable'>;

function AccountList({ accounts, test }: { accounts: readonly AccountView[]; test: TestCall }) {
  const { t } = useTranslation('accounts');
  const me = useMe();
  const [filter, setFilter] = useState(NO_FILTER);
  const applied = useDeferredValue(filter);
  const ofAnyState = useMemo(
    () => filterAccounts(accounts, { ...applied, state: null }),
    [accounts, applied],
  );
  const shown = useMemo(() => filterAccounts(accounts, applied), [accounts, applied]);
  const counts = useMemo(() => countStates(ofAnyState), [ofAnyState]);
  const drawer = useDialog<{ id: string; name: string }>();
  const dialog = useDialog<{ action: Confirmable; account: AccountView }>();
  useOpenHash('/accounts', (id) => {
    const account = accounts.find((one) => one.id === id);
    if (account) drawer.open(account);
  });
  const enable = useAppMutation(trpc.accounts.update.mutationOptions(), {
    success: ({ name }) => t('enabled', { name }),
    invalidate: accountQueries(),
  });

  function act(action: AccountAction, account: AccountView) {
    if (action === 'test') test.start(account);
    else if (action === 'enable') enable.mutate({ id: account.id, enabled: true });
    else dialog.open({ action, account });
  }

  return (
    <>
      <StateCounts
        counts={counts}
        total={ofAnyState.length}
        chosen={filter.state}
        onChoose={(state) => setFilter({ ...filter, state })}
      />
      <AccountFilters
        filter={filter}
        onChange={setFilter}
        platforms={platformsOf(accounts)}
        shown={shown.length}
        total={accounts.length}
      />
      <Section flush>
        {shown.length === 0 ? (
          <EmptyState
            icon={IconFilterOff}
            title={t('filter.noMatch')}
            text={t('filter.noMatchText')}
            action={
              <Button variant="default" onClick={() => setFilter(NO_FILTER)}>
                {t('filter.clear')}
              </Button>
            }
          />
        ) : (
          <AccountsTable
            accounts={shown}
            withOwner={can(me, 'accounts.read')}
            onOpen={drawer.open}
            onAction={act}
          />
        )}
      </Section>
      <AccountDrawer
        account={accounts.find(({ id }) => id === drawer.value?.id)}
        name={drawer.value?.name ?? ''}
        opened={drawer.opened}
        turn={drawer.turn}
        onClose={drawer.close}
      />
      <AccountDialog dialog={dialog} onReplaced={test.start} />
    </>
  );
}

type AccountDialogProps = {
  dialog: Dialog<{ action: Confirmable; account: AccountView }>;
  onReplaced: (account: AccountView) => void;
};

function AccountDialog({ dialog, onReplaced }: AccountDialogProps) {
  if (!dialog.value) return null;
  const { action, account } = dialog.value;
  const frame = { opened: dialog.opened, onClose: dialog.close, account };
  switch (action) {
    case 'edit':
      return <EditAccountDialog key={dialog.turn} {...frame} />;
    case 'replaceKey':
      return <ReplaceKeyDialog key={dialog.turn} {...frame} onReplaced={onReplaced} />;
    case 'disable':
      return <DisableAccount key={dialog.turn} {...frame} />;
    case 'delete':
      return <DeleteAccount key={dialog.turn} {...frame} />;
  }
}
