import { Drawer, Tabs, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AccountView } from '#shared/schemas/accounts.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useNow } from '../../lib/use-now.ts';
import { RelativeTime } from '../../ui/figures.tsx';
import { StateBadge } from '../../ui/StateBadge.tsx';
import { SignInAgain } from '../linking/SignInAgain.tsx';
import { AccountLending, AccountLoad, AccountQuota } from './AccountFigures.tsx';
import { AccountHistory } from './AccountHistory.tsx';
import { AccountSettings } from './AccountSettings.tsx';
import { AccountState, Countdown } from './AccountState.tsx';
import { AccountUses } from './AccountUses.tsx';
import { stateText } from './account-words.ts';
import classes from './accounts.module.css';

type AccountDrawerProps = {
  /** As it is now; undefined when it is gone. */
  account: AccountView | undefined;
  name: string;
  opened: boolean;
  turn: number;
  onClose: () => void;
};

/** One account: how it is, and for its owner and admins its settings, its past and its users. */
export function AccountDrawer({ account, name, opened, turn, onClose }: AccountDrawerProps) {
  const { t } = useTranslation(['accounts', 'common']);
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size={560}
      title={account?.name ?? name}
      styles={{ title: { fontSize: '1.0625rem', fontWeight: 620, overflowWrap: 'anywhere' } }}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      {account ? (
        <Content key={turn} account={account} />
      ) : (
        <Text c="dimmed">{t('board.drawer.gone')}</Text>
      )}
    </Drawer>
  );
}

function Content({ account }: { account: AccountView }) {
  const { t } = useTranslation('accounts');
  if (!account.mine) {
    return (
      <>
        <Facts account={account} />
        <Text c="dimmed" fz="sm" mt="lg">
          {t('board.drawer.notYours')}
        </Text>
      </>
    );
  }
  return (
    <Tabs defaultValue="state" keepMounted={false}>
      <Tabs.List mb="md">
        <Tabs.Tab value="state">{t('board.drawer.state')}</Tabs.Tab>
        <Tabs.Tab value="settings">{t('board.drawer.settings')}</Tabs.Tab>
        <Tabs.Tab value="history">{t('board.drawer.history')}</Tabs.Tab>
        <Tabs.Tab value="use">{t('board.drawer.use')}</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="state">
        {account.state === 'expired' && <SignInAgain account={account} />}
        <Facts account={account} />
      </Tabs.Panel>
      <Tabs.Panel value="settings">
        <AccountSettings account={account} />
      </Tabs.Panel>
      <Tabs.Panel value="history">
        <AccountHistory account={account} />
      </Tabs.Panel>
      <Tabs.Panel value="use">
        <AccountUses account={account} />
      </Tabs.Panel>
    </Tabs>
  );
}

function Facts({ account }: { account: AccountView }) {
  const { t } = useTranslation('accounts');
  const { lastError, lastErrorAt, lastUsedAt, modelsOff, secretHint } = account;
  return (
    <dl className={classes.facts}>
      <dt>{t('board.drawer.state')}</dt>
      <dd>
        <AccountState account={account} />
      </dd>
      {account.resting.length > 0 && (
        <>
          <dt>{t('board.drawer.resting')}</dt>
          <dd>
            <RestingModels models={account.resting} />
          </dd>
        </>
      )}
      {modelsOff.length > 0 && (
        <>
          <dt>{t('board.drawer.off')}</dt>
          <dd>
            <Text ff="monospace" fz="sm" style={{ overflowWrap: 'anywhere' }}>
              {modelsOff.join(', ')}
            </Text>
          </dd>
        </>
      )}
      <dt>{t('board.drawer.since')}</dt>
      <dd>{formatDateTime(account.since)}</dd>
      <dt>{t('board.column.load')}</dt>
      <dd>
        <AccountLoad account={account} />
      </dd>
      <dt>{t('board.column.quota')}</dt>
      <dd>
        <AccountQuota account={account} />
      </dd>
      <dt>{t('board.column.lending')}</dt>
      <dd>
        <AccountLending account={account} />
      </dd>
      <dt>{t('board.drawer.platform')}</dt>
      <dd>{account.platformName}</dd>
      <dt>{t('board.drawer.owner')}</dt>
      <dd>{account.ownerName}</dd>
      <dt>{t('board.drawer.kind')}</dt>
      <dd>{t(`board.kinds.${account.policyClass}`)}</dd>
      {secretHint !== '' && (
        <>
          <dt>{t('board.drawer.key')}</dt>
          <dd className={classes.mono}>{secretHint}</dd>
        </>
      )}
      <dt>{t('board.drawer.lastUsed')}</dt>
      <dd>{lastUsedAt === null ? t('neverUsed') : <RelativeTime iso={lastUsedAt} />}</dd>
      {account.mine && (
        <>
          <dt>{t('board.drawer.lastError')}</dt>
          <dd>
            {lastError ?? t('noError')}
            {lastErrorAt !== null && (
              <Text fz="xs" c="dimmed">
                {formatDateTime(lastErrorAt)}
              </Text>
            )}
          </dd>
        </>
      )}
      <dt>{t('board.drawer.added')}</dt>
      <dd>{formatDateTime(account.createdAt)}</dd>
    </dl>
  );
}

/** The models that rest while the account serves others. */
function RestingModels({ models }: { models: AccountView['resting'] }) {
  const { t } = useTranslation('accounts');
  const now = useNow();
  return (
    <ul className={classes.restingModels}>
      {models.map(({ model, ...stated }) => (
        <li key={model}>
          <div className={classes.eventHead}>
            <span className={classes.mono}>{model}</span>
            <StateBadge state={stated.state} />
            {stated.until !== null && <Countdown until={stated.until} />}
          </div>
          <Text fz="xs" c="dimmed">
            {stateText(t, stated, now)}
          </Text>
        </li>
      ))}
    </ul>
  );
}
