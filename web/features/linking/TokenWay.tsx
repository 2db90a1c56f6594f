import { Button, Group, PasswordInput, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { type LinkByToken, type LinkStatus, RefreshTokenText } from '#shared/schemas/linking.ts';
import { checkWith } from '../../lib/check-with.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';

type TokenWayProps = {
  wish: Omit<LinkByToken, 'refreshToken'>;
  onStatus: (status: LinkStatus) => void;
};

const Typed = z.object({ refreshToken: RefreshTokenText });

/** A refresh token that somebody has already. */
export function TokenWay({ wish, onStatus }: TokenWayProps) {
  const { t } = useTranslation('linking');
  const form = useForm({ initialValues: { refreshToken: '' }, validate: checkWith(Typed) });
  const link = useAppMutation(trpc.linking.byToken.mutationOptions(), { form, onDone: onStatus });
  return (
    <form onSubmit={form.onSubmit((values) => link.mutate({ ...wish, ...values }))} noValidate>
      <Stack gap="md">
        <PasswordInput
          label={t('token.label')}
          required
          autoComplete="off"
          spellCheck={false}
          {...form.getInputProps('refreshToken')}
        />
        <Text fz="xs" c="dimmed">
          {t('token.many')}
        </Text>
        <Group justify="flex-end">
          <Button type="submit" loading={link.isPending}>
            {t('token.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
