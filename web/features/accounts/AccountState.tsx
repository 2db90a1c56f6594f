import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AccountView } from '#shared/schemas/accounts.ts';
import { useNow } from '../../lib/use-now.ts';
import { StateBadge } from '../../ui/StateBadge.tsx';
import { stateText } from './account-words.ts';
import classes from './accounts.module.css';
import { countdown, secondsUntil } from './countdown.ts';
import { useSecond } from './use-second.ts';

function Countdown({ until }: { until: string }) {
  const { t } = useTranslation('accounts');
  const seconds = secondsUntil(until, useSecond());
  return (
    <Text component="span" fz="xs" className={`gh-figures ${classes.nowrap}`}>
      {seconds === 0 ? t('backSoon') : t('back', { time: countdown(seconds) })}
    </Text>
  );
}

/** The state of an account, its cause in words, and while it rests when it is back. */
export function AccountState({ account }: { account: AccountView }) {
  const { t } = useTranslation('accounts');
  const now = useNow();
  const { state, coolingUntil: until } = account;
  const words = stateText(t, { ...account, until }, now);
  return (
    <div className={classes.state}>
      <div className={classes.stateHead}>
        <StateBadge state={state} />
        {until !== null && <Countdown until={until} />}
      </div>
      {words !== null && (
        <Text fz="xs" c="dimmed" lh={1.35}>
          {words}
        </Text>
      )}
    </div>
  );
}
