import { Modal, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { FactorsView } from '#shared/schemas/factors.ts';
import type { SsoWay, WaysOfMine } from '#shared/schemas/sso.ts';
import { canUsePasskeys } from '../../lib/passkeys.ts';
import { answerProof, useProofAsked } from '../../lib/step-up.ts';
import { client, trpc } from '../../lib/trpc.ts';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { ProofForm, type ProofWay } from './ProofForm.tsx';
import { ProofServices } from './ProofServices.tsx';

function waysOf(
  { totpSince, recoveryCodesLeft, passkeys }: FactorsView,
  { hasPassword }: WaysOfMine,
): ProofWay[] {
  const ways: ProofWay[] = [];
  if (totpSince !== null) ways.push('totp');
  else if (hasPassword) ways.push('password');
  if (passkeys.length > 0 && canUsePasskeys()) ways.push('passkey');
  if (totpSince !== null && recoveryCodesLeft > 0) ways.push('recovery');
  return ways;
}

/** Asks who is there before something that weighs more; what waited for it then goes on. */
export function StepUpDialog() {
  const { t } = useTranslation('factors');
  const asked = useProofAsked();
  const query = useQuery(trpc.factors.mine.queryOptions(undefined, { enabled: asked }));
  const elsewhere = useQuery(trpc.sso.mine.queryOptions(undefined, { enabled: asked }));
  return (
    <Modal
      opened={asked}
      onClose={() => answerProof(false)}
      title={t('stepUp.title')}
      size="sm"
      zIndex={400}
      // NOTE: keepEscape does, for this window alone.
      closeOnEscape={false}
      styles={{ title: { fontWeight: 620 } }}
    >
      <Text mb="md">{t('stepUp.text')}</Text>
      <QueryBoundary query={query}>
        {(factors) => (
          <QueryBoundary query={elsewhere}>
            {(mine) => <Proofs ways={waysOf(factors, mine)} services={mine.proofs} />}
          </QueryBoundary>
        )}
      </QueryBoundary>
    </Modal>
  );
}

type ProofsProps = { ways: readonly ProofWay[]; services: readonly SsoWay[] };

/** What the person has; for whoever has nothing of their own, the services they come in by. */
function Proofs({ services, ways }: ProofsProps) {
  const { t } = useTranslation('factors');
  if (services.length > 0) return <ProofServices services={services} />;
  if (ways.length === 0) return <Text c="dimmed">{t('stepUp.nothing')}</Text>;
  return (
    <ProofForm
      ways={ways}
      askPasskey={() => client.sessions.askStepUp.mutate()}
      onProof={async (proof) => {
        await client.sessions.stepUp.mutate({ proof });
        answerProof(true);
      }}
      submitLabel={t('stepUp.submit')}
    />
  );
}
