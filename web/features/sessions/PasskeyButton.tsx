import { Button } from '@mantine/core';
import { IconFingerprint } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Me } from '#shared/schemas/sessions.ts';
import { type ReadableError, readError } from '../../lib/errors.ts';
import { answerPasskey, isCancelled } from '../../lib/passkeys.ts';
import { client } from '../../lib/trpc.ts';

type PasskeyButtonProps = {
  onDone: (me: Me) => unknown;
  /** Null when a new try begins. */
  onFail: (error: ReadableError | null) => void;
};

/** Signs in with a passkey alone. */
export function PasskeyButton({ onDone, onFail }: PasskeyButtonProps) {
  const { t } = useTranslation('sessions');
  const signIn = useMutation({
    mutationFn: async () => {
      onFail(null);
      const answer = await answerPasskey(await client.sessions.askPasskey.mutate());
      return await client.sessions.signInWithPasskey.mutate({ answer });
    },
    onSuccess: onDone,
    onError(thrown) {
      if (!isCancelled(thrown)) onFail(readError(thrown));
    },
  });
  return (
    <Button
      type="button"
      variant="default"
      size="md"
      leftSection={<IconFingerprint size={18} />}
      loading={signIn.isPending}
      onClick={() => signIn.mutate()}
    >
      {t('withPasskey')}
    </Button>
  );
}
