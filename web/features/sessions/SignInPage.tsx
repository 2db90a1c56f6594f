import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Halfway, type SignInAnswer, SignInInput } from '#shared/schemas/sessions.ts';
import { BareLayout } from '../../app/BareLayout.tsx';
import { checkWith } from '../../lib/check-with.ts';
import type { ReadableError } from '../../lib/errors.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useWelcome } from '../../lib/use-welcome.ts';
import { FormError } from '../../ui/FormError.tsx';
import { ResendButton } from '../registration/ResendButton.tsx';
import { SignInLinks } from '../registration/SignInLinks.tsx';
import { OtherWays } from './OtherWays.tsx';
import { SecondStep } from './SecondStep.tsx';

const route = getRouteApi('/sign-in');

/** Sign-in by password and, where there is one, a second factor; or by passkey. Afterwards back to where the person wanted to be. */
export function SignInPage() {
  const { t } = useTranslation('sessions');
  const { next } = route.useSearch();
  const welcome = useWelcome();
  const [failure, setFailure] = useState<ReadableError | null>(null);
  const [halfway, setHalfway] = useState<Halfway | null>(null);
  const [tried, setTried] = useState('');
  if (halfway) {
    return (
      <BareLayout title={t('second.title')} subtitle={t('second.subtitle')}>
        <SecondStep
          {...halfway}
          onDone={(me) => welcome(me, next)}
          onBack={(why) => {
            setHalfway(null);
            setFailure(why);
          }}
        />
      </BareLayout>
    );
  }
  return (
    <BareLayout title={t('title')} subtitle={t('subtitle')}>
      <Stack gap="md">
        <FormError error={failure} />
        {failure?.code === 'user_pending' && failure.param === 'email' && (
          <ResendButton key={tried} who={tried} />
        )}
        <PasswordStep
          onFail={setFailure}
          onTry={setTried}
          onDone={(answer) => ('next' in answer ? setHalfway(answer) : welcome(answer, next))}
        />
        <OtherWays next={next} onDone={(me) => welcome(me, next)} onFail={setFailure} />
        <SignInLinks />
      </Stack>
    </BareLayout>
  );
}

type PasswordStepProps = {
  onFail: (error: ReadableError | null) => void;
  /** Told the user name before it is tried. */
  onTry: (username: string) => void;
  onDone: (answer: SignInAnswer) => unknown;
};

function PasswordStep({ onFail, onTry, onDone }: PasswordStepProps) {
  const { t } = useTranslation('sessions');
  const form = useForm({
    initialValues: { username: '', password: '' },
    validate: checkWith(SignInInput),
  });
  const signIn = useAppMutation(trpc.sessions.signIn.mutationOptions(), {
    onDone,
    onFail(error) {
      onFail(error);
      form.setFieldValue('password', '');
      return true;
    },
  });
  const submit = form.onSubmit((values) => {
    onFail(null);
    onTry(values.username);
    signIn.mutate(values);
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <TextInput
          label={t('username')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          {...form.getInputProps('username')}
        />
        <PasswordInput
          label={t('password')}
          autoComplete="current-password"
          {...form.getInputProps('password')}
        />
        <Button type="submit" size="md" loading={signIn.isPending} mt={4}>
          {t('submit')}
        </Button>
      </Stack>
    </form>
  );
}
