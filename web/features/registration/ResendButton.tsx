import { Button, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReadableError } from '../../lib/errors.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { FormError } from '../../ui/FormError.tsx';

/** Has the mail of a registration sent once more. */
export function ResendButton({ who }: { who: string }) {
  const { t } = useTranslation('registration');
  const [failure, setFailure] = useState<ReadableError | null>(null);
  const resend = useAppMutation(trpc.registration.resend.mutationOptions(), {
    onFail(error) {
      setFailure(error);
      return true;
    },
  });
  return (
    <Stack gap="xs">
      <FormError error={failure} />
      {resend.isSuccess && (
        <Text fz="sm" role="status">
          {t('resend.sentText')}
        </Text>
      )}
      <Button
        type="button"
        variant="light"
        loading={resend.isPending}
        onClick={() => {
          setFailure(null);
          resend.mutate({ who });
        }}
      >
        {t('resend.submit')}
      </Button>
    </Stack>
  );
}
