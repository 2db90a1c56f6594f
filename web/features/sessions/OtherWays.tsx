import { Divider, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Me } from '#shared/schemas/sessions.ts';
import type { ReadableError } from '../../lib/errors.ts';
import { canUsePasskeys } from '../../lib/passkeys.ts';
import { trpc } from '../../lib/trpc.ts';
import { SsoButtons } from '../sso/SsoButtons.tsx';
import { PasskeyButton } from './PasskeyButton.tsx';

type OtherWaysProps = {
  /** Where to go on to afterwards. */
  next: string | undefined;
  onDone: (me: Me) => unknown;
  /** Null when a new try begins. */
  onFail: (error: ReadableError | null) => void;
};

/** The ways in without a password; nothing where there is none. */
export function OtherWays({ next, onDone, onFail }: OtherWaysProps) {
  const { t } = useTranslation('sessions');
  const { data: ways = [] } = useQuery(trpc.sso.ways.queryOptions());
  const passkeys = canUsePasskeys();
  if (ways.length === 0 && !passkeys) return null;
  return (
    <>
      <Divider label={t('or')} />
      <Stack gap="xs">
        <SsoButtons ways={ways} next={next} onFail={onFail} />
        {passkeys && <PasskeyButton onDone={onDone} onFail={onFail} />}
      </Stack>
    </>
  );
}
