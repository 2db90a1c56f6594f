import { Button, Stack } from '@mantine/core';
import { Link, useLocation } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { EmailConfirmed } from '#shared/schemas/registration.ts';
import { BareLayout } from '../../app/BareLayout.tsx';
import type { ReadableError } from '../../lib/errors.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { FormError } from '../../ui/FormError.tsx';
import { AskLinkForm } from './AskLinkForm.tsx';

/** Where the link of a mail confirms an address: by a click, for programs open the links of mails, too. */
export function ConfirmEmailPage() {
  // The fragment never leaves the browser, so the token is in nobody's log.
  const token = useLocation({ select: ({ hash }) => hash.replace(/^#/, '') });
  // Another link in the same tab begins anew.
  return <Confirm key={token} token={token} />;
}

function Confirm({ token }: { token: string }) {
  const { t } = useTranslation('registration');
  const [failure, setFailure] = useState<ReadableError | null>(null);
  const [outcome, setOutcome] = useState<EmailConfirmed['outcome'] | null>(null);
  const confirm = useAppMutation(trpc.registration.confirmEmail.mutationOptions(), {
    invalidate: [trpc.registration.pathFilter()],
    onDone: (answer) => setOutcome(answer.outcome),
    onFail(error) {
      setFailure(error);
      return true;
    },
  });
  const go = (
    <Button component={Link} to="/" variant={outcome ? 'filled' : 'default'}>
      {t('confirm.go')}
    </Button>
  );
  if (outcome) {
    return (
      <BareLayout title={t(`confirm.${outcome}`)} subtitle={t(`confirm.${outcome}Text`)}>
        {go}
      </BareLayout>
    );
  }
  if (token === '' || failure?.code === 'not_found' || failure?.code === 'bad_request') {
    return <Over go={go} />;
  }
  return (
    <BareLayout title={t('confirm.title')} subtitle={t('confirm.subtitle')}>
      <Stack gap="md">
        <FormError error={failure} />
        <Button size="md" loading={confirm.isPending} onClick={() => confirm.mutate({ token })}>
          {t('confirm.submit')}
        </Button>
      </Stack>
    </BareLayout>
  );
}

/** The link is no good any more: whoever was let in asks for another in their profile, others here. */
function Over({ go }: { go: ReactNode }) {
  const { t } = useTranslation('registration');
  const [sent, setSent] = useState(false);
  if (sent) {
    return (
      <BareLayout title={t('forgot.sentTitle')} subtitle={t('resend.sentText')}>
        {go}
      </BareLayout>
    );
  }
  return (
    <BareLayout title={t('confirm.over')} subtitle={t('confirm.overText')}>
      <Stack gap="md">
        <AskLinkForm link="resend" onSent={() => setSent(true)} />
        {go}
      </Stack>
    </BareLayout>
  );
}
