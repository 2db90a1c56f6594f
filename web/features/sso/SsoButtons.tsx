import { Button } from '@mantine/core';
import { IconLogin2 } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { SsoWay } from '#shared/schemas/sso.ts';
import type { ReadableError } from '../../lib/errors.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';

type SsoButtonsProps = {
  ways: readonly SsoWay[];
  /** Where to go on to afterwards. */
  next: string | undefined;
  /** Null when a new try begins. */
  onFail: (error: ReadableError | null) => void;
};

/** A button for each service people sign in by. */
export function SsoButtons({ ways, next, onFail }: SsoButtonsProps) {
  const { t } = useTranslation('sso');
  const begin = useAppMutation(trpc.sso.begin.mutationOptions(), {
    onDone: ({ address }) => window.location.assign(address),
    onFail(error) {
      onFail(error);
      return true;
    },
  });
  const going = begin.isPending || begin.isSuccess ? begin.variables.provider : null;
  return ways.map(({ id, name }) => (
    <Button
      key={id}
      type="button"
      variant="default"
      size="md"
      leftSection={<IconLogin2 size={18} />}
      loading={going === id}
      disabled={going !== null && going !== id}
      onClick={() => {
        onFail(null);
        begin.mutate(next === undefined ? { provider: id } : { provider: id, next });
      }}
    >
      {t('with', { name })}
    </Button>
  ));
}
