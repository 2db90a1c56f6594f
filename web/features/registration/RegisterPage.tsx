import { Button, Loader, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import i18next from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type Registered,
  Registration,
  type RegistrationLook,
} from '#shared/schemas/registration.ts';
import type { Halfway } from '#shared/schemas/sessions.ts';
import { BareLayout } from '../../app/BareLayout.tsx';
import { checkWith } from '../../lib/check-with.ts';
import type { ReadableError } from '../../lib/errors.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useWelcome } from '../../lib/use-welcome.ts';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { FormError } from '../../ui/FormError.tsx';
import { SecondStep } from '../sessions/SecondStep.tsx';
import { ResendButton } from './ResendButton.tsx';

type Values = {
  username: string;
  displayName: string;
  email: string;
  password: string;
  again: string;
};
type Outcome = { next: 'approval' | 'confirm'; email: string; username: string };

/** Where strangers make an account of their own, if an admin lets them. */
export function RegisterPage() {
  const { t } = useTranslation(['registration', 'common']);
  const look = useQuery(trpc.registration.look.queryOptions());
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [halfway, setHalfway] = useState<Halfway | null>(null);
  const welcome = useWelcome();
  const navigate = useNavigate();
  if (halfway) {
    return (
      <BareLayout title={t('register.title')}>
        <SecondStep
          {...halfway}
          onDone={(me) => welcome(me)}
          onBack={() => void navigate({ to: '/sign-in' })}
        />
      </BareLayout>
    );
  }
  if (outcome) return <Afterwards {...outcome} />;
  if (look.data === undefined) {
    return (
      <BareLayout title={t('register.title')}>
        {look.error ? (
          <ErrorState error={look.error} onRetry={() => void look.refetch()} />
        ) : (
          <Loader size="sm" aria-label={t('common:loading')} />
        )}
      </BareLayout>
    );
  }
  if (look.data.mode === 'closed') {
    return (
      <BareLayout title={t('register.closedTitle')} subtitle={t('register.closedText')}>
        <ToSignIn />
      </BareLayout>
    );
  }
  const done = (answer: Registered, { email = '', username }: Registration) => {
    if (!('next' in answer)) return welcome(answer);
    if (answer.next === 'second-factor') return setHalfway(answer);
    return setOutcome({ next: answer.next, email, username });
  };
  return (
    <BareLayout title={t('register.title')} subtitle={t('register.subtitle')}>
      <Form look={look.data} onDone={done} />
    </BareLayout>
  );
}

function ToSignIn() {
  const { t } = useTranslation('registration');
  return (
    <Button component={Link} to="/sign-in" variant="default">
      {t('register.toSignIn')}
    </Button>
  );
}

function Afterwards({ next, email, username }: Outcome) {
  const { t } = useTranslation('registration');
  const confirm = next === 'confirm';
  return (
    <BareLayout
      title={t(confirm ? 'register.confirmTitle' : 'register.waitTitle')}
      subtitle={confirm ? t('register.confirmText', { email }) : t('register.waitText')}
    >
      <Stack gap="md">
        <ToSignIn />
        {confirm && <ResendButton who={username} />}
      </Stack>
    </BareLayout>
  );
}

type FormProps = {
  look: RegistrationLook;
  onDone: (answer: Registered, input: Registration) => unknown;
};

function toInput({ username, displayName, email, password }: Values): Registration {
  return { username, displayName, password, ...(email.trim() !== '' && { email }) };
}

function Form({ look, onDone }: FormProps) {
  const { t } = useTranslation(['registration', 'sessions']);
  const [failure, setFailure] = useState<ReadableError | null>(null);
  const asked = look.email !== 'none';
  const form = useForm<Values>({
    initialValues: { username: '', displayName: '', email: '', password: '', again: '' },
    validate: (values) => ({
      ...(asked && values.email.trim() === '' && { email: i18next.t('fields:required') }),
      ...checkWith(Registration)(toInput(values)),
      ...(values.password !== values.again && { again: i18next.t('fields:passwordMismatch') }),
    }),
  });
  const register = useAppMutation(trpc.registration.register.mutationOptions(), {
    form,
    paramTexts: { username: t('register.taken'), password: t('register.weak') },
    onDone,
    onFail(error) {
      const besideField = error.fieldErrors.length > 0 || error.param === 'password';
      if (besideField || error.param === 'username') return false;
      setFailure(error);
      return true;
    },
  });
  const submit = form.onSubmit((values) => {
    setFailure(null);
    register.mutate(toInput(values));
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <FormError error={failure} />
        <TextInput
          label={t('register.username')}
          description={t('register.usernameHint')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          {...form.getInputProps('username')}
        />
        <TextInput
          label={t('register.displayName')}
          autoComplete="name"
          {...form.getInputProps('displayName')}
        />
        {asked && (
          <TextInput
            label={t('register.email')}
            type="email"
            autoComplete="email"
            {...(look.domains.length > 0 && {
              description: t('register.domains', { domains: look.domains.join(', ') }),
            })}
            {...form.getInputProps('email')}
          />
        )}
        <PasswordInput
          label={t('sessions:invite.password')}
          description={t('sessions:invite.passwordHint')}
          autoComplete="new-password"
          {...form.getInputProps('password')}
        />
        <PasswordInput
          label={t('sessions:invite.passwordAgain')}
          autoComplete="new-password"
          {...form.getInputProps('again')}
        />
        <Button type="submit" size="md" loading={register.isPending} mt={4}>
          {t('register.submit')}
        </Button>
        <ToSignIn />
      </Stack>
    </form>
  );
}
