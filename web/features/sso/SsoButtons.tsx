import { Button, Divider, Stack } from '@mantine/core';
import { IconLogin2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ReadableError } from '../../lib/errors.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';

type SsoButtonsProps = {
  /** Where to go on to afterwards. */
  next: string | undefined;
  /** Null when a new try begins. */
  onFail: (error: ReadableError | null) => void;
};

/** A button for each service people sign in by; nothing where there is none. */
export function SsoButtons({ next, onFail }: SsoButtonsProps) {
  const { t } = useTranslation(['sso', 'sessions']);
  const { data: ways = [] } = useQuery(trpc.sso.ways.queryOptions());
  const begin = useAppMutation(trpc.sso.begin.mutationOptions(), {
    onDone: ({ address }) => window.location.assign(address),
    onFail(error) {
      onFail(error);
      return true;
    },
  });
  if (ways.length === 0) return null;
  const going = begin.isPending || begin.isSuccess ? begin.variables.provider : null;
  return (
    <>
      <Divider label={t('sessions:or')} />
      <Stack gap="xs">
        {ways.map(({ id, name }) => (
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
        ))}
      </Stack>
    </>
  );
}
