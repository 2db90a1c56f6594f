import { Anchor, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { FactorProof, SecondFactorMethod } from '#shared/schemas/factors.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import { type ReadableError, readError } from '../../lib/errors.ts';
import { canUsePasskeys } from '../../lib/passkeys.ts';
import { client } from '../../lib/trpc.ts';
import { ProofForm } from '../factors/ProofForm.tsx';

type SecondStepProps = {
  ticket: string;
  methods: readonly SecondFactorMethod[];
  onDone: (me: Me) => unknown;
  /** Back to the first step: because the person wants to, or because the ticket is over. */
  onBack: (why: ReadableError | null) => void;
};

/** The second half of a sign-in: a code, a recovery code or a passkey. */
export function SecondStep({ ticket, methods, onDone, onBack }: SecondStepProps) {
  const { t } = useTranslation(['sessions', 'common']);

  /** A ticket that is over sends back to the password; everything else is shown in the form. */
  async function orBack<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (thrown) {
      const error = readError(thrown);
      if (error.code === 'not_found') onBack(error);
      throw thrown;
    }
  }

  return (
    <Stack gap="md">
      <ProofForm
        ways={methods.filter((method) => method !== 'passkey' || canUsePasskeys())}
        askPasskey={() => orBack(client.sessions.askSecondPasskey.mutate({ ticket }))}
        onProof={async (given) => {
          // A password is none of the ways offered above.
          const proof = given as FactorProof;
          await onDone(await orBack(client.sessions.proveSecondFactor.mutate({ ticket, proof })));
        }}
        submitLabel={t('submit')}
      />
      <Text c="dimmed" fz="sm">
        {t('second.lost')}
      </Text>
      <Anchor component="button" type="button" fz="sm" ta="left" onClick={() => onBack(null)}>
        {t('common:back')}
      </Anchor>
    </Stack>
  );
}
