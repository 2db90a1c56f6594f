import { Button, Loader, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Halfway } from '#shared/schemas/sessions.ts';
import type { SsoAnswer, SsoOutcome } from '#shared/schemas/sso.ts';
import { BareLayout } from '../../app/BareLayout.tsx';
import { readError } from '../../lib/errors.ts';
import { safeReturnTo } from '../../lib/return-to.ts';
import { client } from '../../lib/trpc.ts';
import { useWelcome } from '../../lib/use-welcome.ts';
import { FormError } from '../../ui/FormError.tsx';
import { notifySuccess } from '../../ui/notify.tsx';
import { SecondStep } from '../sessions/SecondStep.tsx';
import { ARRIVED_WITH } from './arrival.ts';

const route = getRouteApi('/sso/callback/$provider');

/** Where another service sends the browser back to: finishes the sign-in, and goes on. */
export function SsoCallbackPage() {
  const { t } = useTranslation(['sso', 'sessions', 'common']);
  const router = useRouter();
  const welcome = useWelcome();
  const [halfway, setHalfway] = useState<{ step: Halfway; returnTo: string } | null>(null);
  const answer = useAnswer();
  const begun = useRef(false);

  function goOn(outcome: SsoOutcome): void {
    if (outcome.next === 'signed-in') {
      void welcome(outcome.me, outcome.returnTo);
      return;
    }
    if (outcome.next === 'second-factor') {
      const { returnTo, ...step } = outcome;
      setHalfway({ step, returnTo });
      return;
    }
    notifySuccess(t(`callback.${outcome.next}`, { name: outcome.provider }));
    router.history.replace(safeReturnTo(outcome.returnTo));
  }

  const { error, mutate } = useMutation({
    mutationFn: (given: SsoAnswer) => client.sso.finish.mutate(given),
    onSuccess: goOn,
  });
  useEffect(() => {
    // The answer is good once, so it is given once however often the page is drawn.
    if (begun.current) return;
    begun.current = true;
    // The code is worth nothing any more; all the same it need not stand in the history.
    window.history.replaceState(window.history.state, '', window.location.pathname);
    mutate(answer);
  }, [answer, mutate]);

  const toSignIn = () => router.history.replace('/sign-in');
  const toConsole = () => router.history.replace('/');
  if (halfway) {
    return (
      <BareLayout title={t('sessions:second.title')} subtitle={t('callback.second')}>
        <SecondStep
          {...halfway.step}
          onDone={(me) => welcome(me, halfway.returnTo)}
          onBack={toSignIn}
        />
      </BareLayout>
    );
  }
  if (error) {
    return (
      <BareLayout title={t('callback.failed')}>
        <Stack gap="md">
          <FormError error={readError(error)} />
          <Button size="md" onClick={isProof(error) ? toConsole : toSignIn}>
            {t(isProof(error) ? 'callback.back' : 'callback.again')}
          </Button>
        </Stack>
      </BareLayout>
    );
  }
  return (
    <BareLayout title={t('callback.wait')}>
      <Loader size="sm" aria-label={t('common:loading')} />
    </BareLayout>
  );
}

/** Whoever failed to prove who they are is still signed in. */
const isProof = (error: unknown) => readError(error).code === 'proof_refused';

/** What the service sent the browser back with. */
function useAnswer(): SsoAnswer {
  const { provider } = route.useParams();
  const [answer] = useState<SsoAnswer>(() => {
    const [state, code, iss, error] = ['state', 'code', 'iss', 'error'].map((name) =>
      ARRIVED_WITH.get(name),
    );
    return {
      provider,
      state: state ?? '',
      ...(code ? { code } : {}),
      ...(iss ? { iss } : {}),
      ...(error ? { error } : {}),
    };
  });
  return answer;
}
