import { Anchor, Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { IconFingerprint } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { StepUpProof } from '#shared/schemas/factors.ts';
import { type ReadableError, readError } from '../../lib/errors.ts';
import { fieldMessage } from '../../lib/field-messages.ts';
import { answerPasskey, isCancelled } from '../../lib/passkeys.ts';
import { FormError } from '../../ui/FormError.tsx';

export type ProofWay = 'totp' | 'passkey' | 'recovery' | 'password';

type PasskeyOptions = Parameters<typeof answerPasskey>[0];

type ProofFormProps = {
  /** The ways this person has, the usual one first. */
  ways: readonly ProofWay[];
  /** Asks the server for a challenge. */
  askPasskey: () => Promise<PasskeyOptions>;
  /** Gives the proof to the server; what it throws is shown. */
  onProof: (proof: StepUpProof) => Promise<void>;
  submitLabel: string;
};

/** Which field an error belongs beside; null = above all of them. */
function fieldError(error: ReadableError): string | null {
  const [first] = error.fieldErrors;
  if (first) return fieldMessage(first.message);
  return null;
}

/** A code, a recovery code, a passkey or the password: whichever the person has at hand. */
export function ProofForm({ ways, askPasskey, onProof, submitLabel }: ProofFormProps) {
  const { t } = useTranslation('factors');
  const [way, setWay] = useState<ProofWay>(ways[0] ?? 'password');
  const [text, setText] = useState('');
  const [failure, setFailure] = useState<ReadableError | null>(null);
  const [beside, setBeside] = useState<string | null>(null);
  const [pending, setPending] = useState(false);

  async function prove(): Promise<StepUpProof> {
    switch (way) {
      case 'totp':
        return { by: 'code', code: text };
      case 'recovery':
        return { by: 'recovery', code: text };
      case 'password':
        return { by: 'password', password: text };
      case 'passkey':
        return { by: 'passkey', answer: await answerPasskey(await askPasskey()) };
    }
  }

  function show(thrown: unknown): void {
    if (isCancelled(thrown)) return;
    const error = readError(thrown);
    const wrong = error.param === 'proof.code' || error.param === 'proof.password';
    const said = wrong ? (fieldError(error) ?? t(`proof.wrong.${way}`)) : null;
    setBeside(said);
    setFailure(said === null ? error : null);
    setText('');
  }

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setFailure(null);
    setBeside(null);
    if (way !== 'passkey' && text.trim() === '') return setBeside(t('proof.empty'));
    setPending(true);
    try {
      await onProof(await prove());
    } catch (thrown) {
      show(thrown);
    } finally {
      setPending(false);
    }
  }

  function choose(next: ProofWay): void {
    setWay(next);
    setText('');
    setFailure(null);
    setBeside(null);
  }

  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack gap="md">
        <FormError error={failure} />
        <ProofField key={way} way={way} value={text} onChange={setText} error={beside} />
        <Button
          type="submit"
          size="md"
          loading={pending}
          {...(way === 'passkey' && { leftSection: <IconFingerprint size={18} /> })}
        >
          {way === 'passkey' ? t('proof.usePasskey') : submitLabel}
        </Button>
        <Group gap="md">
          {ways
            .filter((other) => other !== way)
            .map((other) => (
              <Anchor
                key={other}
                component="button"
                type="button"
                fz="sm"
                onClick={() => choose(other)}
              >
                {t(`proof.instead.${other}`)}
              </Anchor>
            ))}
        </Group>
      </Stack>
    </form>
  );
}

type ProofFieldProps = {
  way: ProofWay;
  value: string;
  onChange: (value: string) => void;
  error: string | null;
};

function ProofField({ way, value, onChange, error }: ProofFieldProps) {
  const { t } = useTranslation('factors');
  if (way === 'passkey') return <Text c="dimmed">{t('proof.passkeyText')}</Text>;
  const field = {
    label: t(`proof.label.${way}`),
    value,
    error,
    autoFocus: true,
    'data-autofocus': true,
    onChange: (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value),
  };
  if (way === 'password') return <PasswordInput {...field} autoComplete="current-password" />;
  const plain = { autoCapitalize: 'none', spellCheck: false, maxLength: 40 } as const;
  return way === 'totp' ? (
    <TextInput
      {...field}
      {...plain}
      description={t('proof.codeHint')}
      inputMode="numeric"
      autoComplete="one-time-code"
    />
  ) : (
    <TextInput {...field} {...plain} description={t('proof.recoveryHint')} autoComplete="off" />
  );
}
