import { Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AccountView } from '#shared/schemas/accounts.ts';
import { StateBadge } from '../../ui/StateBadge.tsx';

/** Whole seconds from now until an ISO time, counted down each second; never below 0. */
function useSecondsUntil(iso: string): number {
  const left = () => Math.max(0, Math.ceil((new Date(iso).getTime() - Date.now()) / 1_000));
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    const tick = () =>
      setSeconds(Math.max(0, Math.ceil((new Date(iso).getTime() - Date.now()) / 1_000)));
    tick();
    const timer = setInterval(tick, 1_000);
    return () => clearInterval(timer);
  }, [iso]);
  return seconds;
}

/** Seconds as a clock that runs backwards: 0:42, 12:05, 1:30:00. */
function countdown(seconds: number): string {
  const two = (value: number) => `${value}`.padStart(2, '0');
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor(seconds / 60) % 60;
  const clock = `${hours > 0 ? two(minutes) : minutes}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${clock}` : clock;
}

function Countdown({ until }: { until: string }) {
  const { t } = useTranslation('accounts');
  const seconds = useSecondsUntil(until);
  return (
    <Text
      component="span"
      fz="xs"
      c="dimmed"
      className="gh-figures"
      display="block"
      style={{ whiteSpace: 'nowrap' }}
    >
      {seconds === 0 ? t('backSoon') : t('back', { time: countdown(seconds) })}
    </Text>
  );
}

/** The state of an account; while it rests, when it is back. */
export function AccountState({ account }: { account: AccountView }) {
  const { state, coolingUntil } = account;
  return (
    <>
      <StateBadge state={state} />
      {coolingUntil !== null && <Countdown until={coolingUntil} />}
    </>
  );
}
