import { Text, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AccountView } from '#shared/schemas/accounts.ts';
import { formatRelative } from '../../lib/format.ts';
import { useNow } from '../../lib/use-now.ts';
import { StateBadge } from '../../ui/StateBadge.tsx';
import { restingText, stateText } from './account-words.ts';
import classes from './accounts.module.css';
import { countdown, secondsUntil } from './countdown.ts';
import { useSecond } from './use-second.ts';

const DAY_S = 86_400;

/** Runs backwards to the end of a rest; what is days away is told in days. */
export function Countdown({ until }: { until: string }) {
  const { t } = useTranslation('accounts');
  const now = useSecond();
  const seconds = secondsUntil(until, now);
  if (seconds > DAY_S) {
    return (
      <Text component="span" fz="xs" className={classes.nowrap}>
        {t('backOn', { when: formatRelative(until, now) })}
      </Text>
    );
  }
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
      {account.resting.length > 0 && <Resting account={account} now={now} />}
    </div>
  );
}

/** How many of its models rest; which, why and until when on hover and focus. */
function Resting({ account: { resting }, now }: { account: AccountView; now: number }) {
  const { t } = useTranslation('accounts');
  return (
    <Tooltip
      multiline
      maw={420}
      events={{ hover: true, focus: true, touch: true }}
      label={resting.map((model) => <div key={model.model}>{restingText(t, model, now)}</div>)}
    >
      <Text component="span" fz="xs" lh={1.35} className={classes.resting} tabIndex={0}>
        {t('board.resting.count', { count: resting.length })}
      </Text>
    </Tooltip>
  );
}
