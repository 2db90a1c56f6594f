import { Button, Group, Loader, PasswordInput, Stack, Text, VisuallyHidden } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Halfway } from '#shared/schemas/sessions.ts';
import type { InviteInfo } from '#shared/schemas/users.ts';
import { BareLayout } from '../../app/BareLayout.tsx';
import { type ReadableError, readError } from '../../lib/errors.ts';
import { formatDateTime } from '../../lib/format.ts';
import { client, trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useWelcome } from '../../lib/use-welcome.ts';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { FormError } from '../../ui/FormError.tsx';
import { checkNewPassword } from './new-password.ts';
import { SecondStep } from './SecondStep.tsx';

/** Where an invited person, or one whose password was reset, chooses a password. */
export function InvitePage() {
  const { t } = useTranslation(['sessions', 'common']);
  // The fragment never leaves the browser, so the token is in nobody's log.
  const token = useLocation({ select: ({ hash }) => hash.replace(/^#/, '') });
  const forgotten = useIsReset();
  // Once is enough: asking again counts as another try against the limit on guessing.
  const info = useQuery({
    queryKey: ['invite', token],
    queryFn: () => client.users.inviteInfo.mutate({ token }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  if (info.data) return <ChoosePassword token={token} info={info.data} />;
  if (info.isPending) {
    return (
      <BareLayout title={t('common:loading')}>
        <Loader size="sm" />
      </BareLayout>
    );
  }
  const { code } = readError(info.error);
  if (code === 'not_found' || code === 'bad_request') return <LinkOver forgotten={forgotten} />;
  return (
    <BareLayout title={t('title')}>
      <ErrorState error={info.error} onRetry={() => void info.refetch()} />
    </BareLayout>
  );
}

/** Whether the link was asked for by whoever forgot their password. */
const useIsReset = () => useLocation({ select: ({ pathname }) => pathname === '/reset-password' });

function LinkOver({ forgotten }: { forgotten: boolean }) {
  const { t } = useTranslation(['sessions', 'registration']);
  return (
    <BareLayout
      title={t('invite.invalidTitle')}
      subtitle={forgotten ? t('registration:reset.invalidText') : t('invite.invalidText')}
    >
      <Group>
        {forgotten && (
          <Button component={Link} to="/forgot-password">
            {t('registration:reset.again')}
          </Button>
        )}
        <Button component={Link} to="/sign-in" variant="default">
          {t('invite.toSignIn')}
        </Button>
      </Group>
    </BareLayout>
  );
}

function ChoosePassword({ token, info }: { token: string; info: InviteInfo }) {
  const { t } = useTranslation(['sessions', 'registration']);
  const forgotten = useIsReset();
  const welcome = useWelcome();
  const [failure, setFailure] = useState<ReadableError | null>(null);
  const [halfway, setHalfway] = useState<Halfway | null>(null);
  const navigate = useNavigate();
  const form = useForm({ initialValues: { password: '', again: '' }, validate: checkNewPassword });
  const accept = useAppMutation(trpc.users.acceptInvite.mutationOptions(), {
    form,
    paramTexts: { password: t('registration:register.weak') },
    onDone: (answer) => ('next' in answer ? setHalfway(answer) : welcome(answer)),
    onFail(error) {
      if (error.fieldErrors.length > 0 || error.param === 'password') return false;
      setFailure(error);
      return true;
    },
  });
  if (halfway) {
    return (
      <BareLayout title={t('second.title')} subtitle={t('second.afterLink')}>
        <SecondStep
          {...halfway}
          onDone={(me) => welcome(me)}
          onBack={() => void navigate({ to: '/sign-in' })}
        />
      </BareLayout>
    );
  }
  if (failure?.code === 'not_found') return <LinkOver forgotten={forgotten} />;
  return (
    <BareLayout
      title={
        forgotten
          ? t('registration:reset.title', { name: info.username })
          : t('invite.title', { name: info.username })
      }
      subtitle={forgotten ? t('registration:reset.subtitle') : t('invite.subtitle')}
    >
      <form
        onSubmit={form.onSubmit(({ password }) => accept.mutate({ token, password }))}
        noValidate
      >
        <Stack gap="md">
          <FormError error={failure} />
          <VisuallyHidden>
            <input
              type="text"
              autoComplete="username"
              value={info.username}
              readOnly
              tabIndex={-1}
            />
          </VisuallyHidden>
          <PasswordInput
            label={t('invite.password')}
            description={t('invite.passwordHint')}
            autoComplete="new-password"
            autoFocus
            {...form.getInputProps('password')}
          />
          <PasswordInput
            label={t('invite.passwordAgain')}
            autoComplete="new-password"
            {...form.getInputProps('again')}
          />
          <Button type="submit" size="md" loading={accept.isPending} mt={4}>
            {t('invite.submit')}
          </Button>
          <Text c="dimmed" fz="sm">
            {t('invite.validUntil', { time: formatDateTime(info.expiresAt) })}
          </Text>
        </Stack>
      </form>
    </BareLayout>
  );
}
