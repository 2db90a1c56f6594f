import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { LinkStatus } from '#shared/schemas/linking.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';

/** What went wrong with a sign-in, and what to do next. */
export function LinkProblemNote({ status }: { status: Extract<LinkStatus, { state: 'failed' }> }) {
  const { t } = useTranslation('linking');
  const { detail, problem } = status;
  return (
    <Alert
      role="alert"
      color="red"
      variant="light"
      p="sm"
      icon={<IconAlertTriangle />}
      title={t(`problem.${problem}.title`)}
    >
      <Text fz="sm">{t(`problem.${problem}.text`)}</Text>
      {detail !== '' && (
        <Text fz="sm" c="dimmed" mt={4} style={{ overflowWrap: 'anywhere' }}>
          {t('said', { detail })}
        </Text>
      )}
    </Alert>
  );
}

type LinkQuestionProps = {
  status: Extract<LinkStatus, { state: 'asking' }>;
  onStatus: (status: LinkStatus) => void;
  /** The person leaves the account as it is. */
  onLeave: () => void;
};

/** Whether the account that is there already shall get the tokens that came. */
export function LinkQuestion({ status, onStatus, onLeave }: LinkQuestionProps) {
  const { t } = useTranslation('linking');
  const { account, attempt } = status;
  const replace = useAppMutation(trpc.linking.replace.mutationOptions(), { onDone: onStatus });
  const cancel = useAppMutation(trpc.linking.cancel.mutationOptions(), {
    invalidate: [trpc.linking.open.queryFilter()],
    onDone: onLeave,
  });
  return (
    <Stack gap="md">
      <Alert
        role="status"
        variant="light"
        p="sm"
        icon={<IconInfoCircle />}
        title={t('asking.title')}
      >
        <Text fz="sm" style={{ overflowWrap: 'anywhere' }}>
          {t('asking.text', { name: account.name })}
        </Text>
      </Alert>
      <Group justify="flex-end" gap="xs">
        <Button
          variant="default"
          loading={cancel.isPending}
          onClick={() => cancel.mutate({ attempt })}
        >
          {t('asking.no')}
        </Button>
        <Button loading={replace.isPending} onClick={() => replace.mutate({ attempt })}>
          {t('asking.yes')}
        </Button>
      </Group>
    </Stack>
  );
}
