import { Button, Stack, Text } from '@mantine/core';
import { IconLogin2 } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SsoWay } from '#shared/schemas/sso.ts';
import type { ReadableError } from '../../lib/errors.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { FormError } from '../../ui/FormError.tsx';

/** The page the person is on, to come back to. */
const here = () => window.location.pathname + window.location.search;

/** Leads to a service the person comes in by, to sign in there anew. What they were doing they do again. */
export function ProofServices({ services }: { services: readonly SsoWay[] }) {
  const { t } = useTranslation(['factors', 'sso']);
  const [failure, setFailure] = useState<ReadableError | null>(null);
  const begin = useAppMutation(trpc.sso.prove.mutationOptions(), {
    onDone: ({ address }) => window.location.assign(address),
    onFail(error) {
      setFailure(error);
      return true;
    },
  });
  const going = begin.isPending || begin.isSuccess ? begin.variables.provider : null;
  return (
    <Stack gap="md">
      <Text c="dimmed">{t('stepUp.elsewhere')}</Text>
      <FormError error={failure} />
      <Stack gap="xs">
        {services.map(({ id, name }, at) => (
          <Button
            key={id}
            variant="default"
            size="md"
            leftSection={<IconLogin2 size={18} />}
            loading={going === id}
            disabled={going !== null && going !== id}
            data-autofocus={at === 0 || undefined}
            onClick={() => {
              setFailure(null);
              begin.mutate({ provider: id, next: here() });
            }}
          >
            {t('sso:with', { name })}
          </Button>
        ))}
      </Stack>
    </Stack>
  );
}
