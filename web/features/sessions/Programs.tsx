import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TokenFamilyView } from '#shared/schemas/tokens.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { RelativeTime } from '../../ui/figures.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Section } from '../../ui/Section.tsx';

/** Programs that signed in as this person by /api/auth; nothing where there are none. */
export function Programs() {
  const { t } = useTranslation('profile');
  const query = useQuery(trpc.tokens.list.queryOptions());
  // Null = all of them.
  const [ending, setEnding] = useState<TokenFamilyView | null>(null);
  const [opened, dialog] = useDisclosure(false);
  const after = {
    success: t('programs.ended'),
    invalidate: [trpc.tokens.list.queryFilter()],
    onDone: dialog.close,
  };
  const end = useAppMutation(trpc.tokens.end.mutationOptions(), after);
  const endAll = useAppMutation(trpc.tokens.endAll.mutationOptions(), after);
  const nameOf = ({ userAgent }: TokenFamilyView) =>
    userAgent.slice(0, 60) || t('programs.unknown');
  const ask = (which: TokenFamilyView | null) => {
    setEnding(which);
    dialog.open();
  };
  const { data, error } = query;
  if (!error && (!data || data.length === 0)) return null;
  return (
    <Section
      title={t('programs.title')}
      text={t('programs.text')}
      flush
      actions={
        data && (
          <Button size="xs" variant="default" onClick={() => ask(null)}>
            {t('programs.endAll')}
          </Button>
        )
      }
    >
      <QueryBoundary query={query}>
        {(programs) => (
          <DataTable
            label={t('programs.title')}
            rows={programs}
            rowKey={({ id }) => id}
            columns={[
              { id: 'program', header: t('programs.program'), primary: true, cell: nameOf },
              {
                id: 'address',
                header: t('devices.address'),
                cell: ({ address }) => (
                  <Text ff="monospace" fz="sm">
                    {address}
                  </Text>
                ),
              },
              {
                id: 'since',
                header: t('devices.since'),
                cell: ({ createdAt }) => <RelativeTime iso={createdAt} />,
              },
              {
                id: 'seen',
                header: t('programs.refreshed'),
                cell: ({ lastUsedAt }) => <RelativeTime iso={lastUsedAt} />,
              },
              {
                id: 'until',
                header: t('devices.until'),
                cell: ({ expiresAt }) => <RelativeTime iso={expiresAt} />,
              },
            ]}
            actions={(program) => (
              <Button size="xs" variant="default" onClick={() => ask(program)}>
                {t('programs.end')}
              </Button>
            )}
          />
        )}
      </QueryBoundary>
      <ConfirmDialog
        opened={opened}
        onClose={dialog.close}
        title={
          ending ? t('programs.endTitle', { program: nameOf(ending) }) : t('programs.endAllTitle')
        }
        text={t('programs.endText')}
        confirmLabel={ending ? t('programs.end') : t('programs.endAll')}
        pending={end.isPending || endAll.isPending}
        onConfirm={() => (ending ? end.mutate({ id: ending.id }) : endAll.mutate())}
      />
    </Section>
  );
}
