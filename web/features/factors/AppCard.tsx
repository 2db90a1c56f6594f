import { Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { FactorsView, TotpSetUp } from '#shared/schemas/factors.ts';
import { formatDateTime } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Section } from '../../ui/Section.tsx';
import { StateBadge } from '../../ui/StateBadge.tsx';
import { RecoveryCodesDialog } from './RecoveryCodesDialog.tsx';
import { TotpWizard } from './TotpWizard.tsx';

type Open =
  | { what: 'set-up'; setUp: TotpSetUp }
  | { what: 'off' }
  | { what: 'renew' }
  | { what: 'codes'; codes: readonly string[] };

/** The authenticator app that is asked for at sign-in, and its recovery codes. */
export function AppCard() {
  const { t } = useTranslation('factors');
  const query = useQuery(trpc.factors.mine.queryOptions());
  const { opened, value, open, close } = useDialog<Open>();
  const shown = opened ? value : null;
  const invalidate = [trpc.factors.mine.queryFilter()];
  const begin = useAppMutation(trpc.factors.beginTotp.mutationOptions(), {
    onDone: (setUp) => open({ what: 'set-up', setUp }),
  });
  const off = useAppMutation(trpc.factors.turnTotpOff.mutationOptions(), {
    invalidate,
    success: t('app.isOff'),
    onDone: close,
  });
  const renew = useAppMutation(trpc.factors.renewRecoveryCodes.mutationOptions(), {
    invalidate,
    onDone: ({ codes }) => open({ what: 'codes', codes }),
  });
  return (
    <Section title={t('app.title')} text={t('app.text')}>
      <QueryBoundary query={query}>
        {(factors) => (
          <AppState
            factors={factors}
            beginning={begin.isPending}
            onBegin={() => begin.mutate()}
            onRenew={() => open({ what: 'renew' })}
            onOff={() => open({ what: 'off' })}
          />
        )}
      </QueryBoundary>
      {shown?.what === 'set-up' && <TotpWizard setUp={shown.setUp} onClose={close} />}
      {shown?.what === 'codes' && <RecoveryCodesDialog codes={shown.codes} onDone={close} />}
      <ConfirmDialog
        opened={shown?.what === 'off'}
        onClose={close}
        title={t('app.offTitle')}
        text={t('app.offText')}
        confirmLabel={t('app.turnOff')}
        pending={off.isPending}
        onConfirm={() => off.mutate()}
      />
      <ConfirmDialog
        opened={shown?.what === 'renew'}
        onClose={close}
        title={t('recovery.renewTitle')}
        text={t('recovery.renewText')}
        confirmLabel={t('recovery.renew')}
        danger={false}
        pending={renew.isPending}
        onConfirm={() => renew.mutate()}
      />
    </Section>
  );
}

type AppStateProps = {
  factors: FactorsView;
  beginning: boolean;
  onBegin: () => void;
  onRenew: () => void;
  onOff: () => void;
};

function AppState({ factors, beginning, onBegin, onRenew, onOff }: AppStateProps) {
  const { t } = useTranslation('factors');
  const { totpSince, recoveryCodesLeft: count } = factors;
  if (totpSince === null) {
    return (
      <Stack gap="md" align="flex-start">
        <StateBadge state="disabled" label={t('app.off')} />
        <Button loading={beginning} onClick={onBegin}>
          {t('app.setUp')}
        </Button>
      </Stack>
    );
  }
  return (
    <Stack gap="md" align="flex-start">
      <StateBadge state="active" label={t('app.on', { time: formatDateTime(totpSince) })} />
      <Text {...(count <= 2 ? { c: 'red' } : { c: 'dimmed' })} fz="sm">
        {t('recovery.left', { count })}
      </Text>
      <Group gap="xs">
        <Button variant="default" onClick={onRenew}>
          {t('recovery.renew')}
        </Button>
        <Button variant="default" onClick={onOff}>
          {t('app.turnOff')}
        </Button>
      </Group>
    </Stack>
  );
}
