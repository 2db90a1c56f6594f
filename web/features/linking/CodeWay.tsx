import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LinkBegun, LinkStatus } from '#shared/schemas/linking.ts';
import { formatDateTime } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { LinkProblemNote } from './LinkOutcome.tsx';

type CodeWayProps = {
  begun: Extract<LinkBegun, { way: 'code' }>;
  onStatus: (status: LinkStatus) => void;
};

/** What is wrong with a paste that another one can still put right. */
const TRY_AGAIN = new Set(['no_address', 'no_state', 'no_code', 'other_attempt']);

/** The link to the platform's sign-in page, and the field for the address it ends at. */
export function CodeWay({ begun, onStatus }: CodeWayProps) {
  const { t } = useTranslation(['linking', 'fields']);
  const [address, setAddress] = useState('');
  const [wrong, setWrong] = useState<Extract<LinkStatus, { state: 'failed' }> | null>(null);
  const finish = useAppMutation(trpc.linking.finish.mutationOptions(), {
    onDone(status) {
      if (status.state === 'failed' && TRY_AGAIN.has(status.problem)) setWrong(status);
      else onStatus(status);
    },
  });
  function submit(event: FormEvent): void {
    event.preventDefault();
    setWrong(null);
    if (address.trim() === '') return;
    finish.mutate({ address: address.trim(), attempt: begun.attempt });
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Button
          component="a"
          href={begun.address}
          target="_blank"
          rel="noreferrer"
          leftSection={<IconExternalLink size={17} />}
          data-autofocus
        >
          {t('code.open')}
        </Button>
        <Text fz="sm">{t(begun.ownPage ? 'code.back' : 'code.paste')}</Text>
        {wrong && <LinkProblemNote status={wrong} />}
        <Textarea
          label={t('code.address')}
          {...(begun.ownPage ? { description: t('code.notBack') } : {})}
          autosize
          minRows={2}
          maxRows={6}
          maxLength={8_000}
          spellCheck={false}
          autoCapitalize="none"
          autoComplete="off"
          value={address}
          onChange={({ currentTarget }) => setAddress(currentTarget.value)}
        />
        <Group justify="space-between">
          <Text fz="xs" c="dimmed">
            {t('until', { time: formatDateTime(begun.expiresAt) })}
          </Text>
          <Button
            type="submit"
            variant="default"
            loading={finish.isPending}
            disabled={address.trim() === ''}
          >
            {t('code.finish')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
