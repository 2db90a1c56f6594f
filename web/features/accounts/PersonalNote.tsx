import { Alert, Anchor, Button, Group } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { AccountView, PersonalLending } from '#shared/schemas/accounts.ts';
import { formatDateTime } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useCan } from '../../lib/use-me.ts';

/** Whether personal accounts of a platform may be lent; undefined until it is known. */
export function usePersonalLending(
  platformId: string,
  enabled: boolean,
): PersonalLending | undefined {
  const all = useQuery(trpc.accounts.personalLending.queryOptions(undefined, { enabled }));
  return all.data?.find((lending) => lending.platformId === platformId);
}

type PersonalNoteProps = {
  account: Pick<AccountView, 'platformName' | 'paused'>;
  lending: PersonalLending | undefined;
};

/** Why a personal account is not lent and who can change that; or who allowed it. */
export function PersonalNote({ account, lending }: PersonalNoteProps) {
  const { t } = useTranslation('accounts');
  const admin = useCan('accounts.write');
  const platform = account.platformName;
  const allowed = lending?.allowed;
  return (
    <Alert
      color={allowed ? 'petrol' : 'yellow'}
      variant="light"
      icon={<IconInfoCircle />}
      title={t(allowed ? 'board.settings.allowedTitle' : 'board.settings.personalTitle')}
    >
      {t('board.settings.personal', { platform })}{' '}
      {allowed
        ? t('board.settings.allowedBy', {
            name: allowed.by ?? t('board.settings.anAdmin'),
            time: formatDateTime(allowed.at),
          })
        : t(admin ? 'board.settings.personalAdmin' : 'board.settings.personalMember')}
      {account.paused && ` ${t('board.settings.paused')}`}
      {lending && (
        <Group gap="md" mt="xs">
          {lending.termsUrl !== null && (
            <Anchor href={lending.termsUrl} target="_blank" rel="noreferrer" fz="sm">
              {t('board.settings.readTerms', { platform })}
            </Anchor>
          )}
          {admin && <AllowButton lending={lending} />}
        </Group>
      )}
    </Alert>
  );
}

function AllowButton({
  lending: { allowed, platformId, platformName },
}: {
  lending: PersonalLending;
}) {
  const { t } = useTranslation('accounts');
  const change = useAppMutation(trpc.accounts.allowPersonalLending.mutationOptions(), {
    invalidate: [trpc.accounts.personalLending.queryFilter(), trpc.accounts.list.queryFilter()],
    success: t(allowed ? 'board.settings.nowForbidden' : 'board.settings.nowAllowed', {
      platform: platformName,
    }),
  });
  return (
    <Button
      size="xs"
      variant="default"
      loading={change.isPending}
      onClick={() =>
        change.mutate(
          allowed ? { platformId, allowed: false } : { platformId, allowed: true, termsRead: true },
        )
      }
    >
      {t(allowed ? 'board.settings.forbid' : 'board.settings.allow', { platform: platformName })}
    </Button>
  );
}
