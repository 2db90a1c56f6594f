import { Button, Loader, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LinkStatus } from '#shared/schemas/linking.ts';
import { BareLayout } from '../../app/BareLayout.tsx';
import { readError } from '../../lib/errors.ts';
import { client } from '../../lib/trpc.ts';
import { FormError } from '../../ui/FormError.tsx';
import { ARRIVED_WITH } from '../sso/arrival.ts';
import { LinkProblemNote, LinkQuestion } from './LinkOutcome.tsx';

/** Where a platform sends the browser back to: finishes the sign-in to an account. */
export function LinkCallbackPage() {
  const { t } = useTranslation(['linking', 'common']);
  const router = useRouter();
  const [status, setStatus] = useState<LinkStatus | null>(null);
  const begun = useRef(false);
  const { error, mutate } = useMutation({
    mutationFn: (address: string) => client.linking.finish.mutate({ address }),
    onSuccess: setStatus,
  });
  useEffect(() => {
    // The answer is good once, so it is given once however often the page is drawn.
    if (begun.current) return;
    begun.current = true;
    const { hash, origin, pathname } = window.location;
    // The code is worth nothing any more; all the same it need not stand in the history.
    window.history.replaceState(window.history.state, '', pathname);
    mutate(`${origin}${pathname}?${ARRIVED_WITH}${hash}`);
  }, [mutate]);

  const toAccounts = () => router.history.replace('/accounts');
  const go = (
    <Button size="md" onClick={toAccounts}>
      {t('callback.accounts')}
    </Button>
  );
  if (error || status?.state === 'failed') {
    return (
      <BareLayout title={t('callback.failed')}>
        <Stack gap="md">
          {error && <FormError error={readError(error)} />}
          {status?.state === 'failed' && <LinkProblemNote status={status} />}
          {go}
        </Stack>
      </BareLayout>
    );
  }
  if (status?.state === 'asking') {
    return (
      <BareLayout title={t('asking.title')}>
        <LinkQuestion status={status} onStatus={setStatus} onLeave={toAccounts} />
      </BareLayout>
    );
  }
  if (status?.state === 'done') {
    return (
      <BareLayout title={t('callback.done')}>
        <Stack gap="md">
          <Text style={{ overflowWrap: 'anywhere' }}>
            {t('callback.doneText', { name: status.account.name })}
          </Text>
          {go}
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
