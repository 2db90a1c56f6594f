import { Alert, List, MultiSelect, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProxyView } from '#shared/schemas/proxies.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { FormModal } from '../../ui/FormModal.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';

type MoveAccountsProps = {
  opened: boolean;
  onClose: () => void;
  proxy: ProxyView;
  all: readonly ProxyView[];
};

/** Gives the accounts of a proxy to others, after showing how many each gets. */
export function MoveAccounts({ all, onClose, opened, proxy }: MoveAccountsProps) {
  const { t } = useTranslation('proxies');
  const others = all.filter(({ enabled, id }) => id !== proxy.id && enabled);
  const [to, setTo] = useState(() =>
    others
      .filter(({ health }) => health === 'up')
      .map(({ id }) => id)
      .slice(0, 20),
  );
  const plan = useQuery(trpc.proxies.previewMove.queryOptions({ id: proxy.id, to }));
  const move = useAppMutation(trpc.proxies.move.mutationOptions(), {
    invalidate: [trpc.proxies.pathFilter()],
    success: (count) => t('move.done', { count }),
    onDone: onClose,
  });
  return (
    <FormModal
      opened={opened}
      onClose={onClose}
      title={t('move.title', { name: proxy.name })}
      submitLabel={t('move.submit')}
      pending={move.isPending}
      onSubmit={(event) => {
        event.preventDefault();
        move.mutate({ id: proxy.id, to });
      }}
    >
      <MultiSelect
        label={t('move.to')}
        description={t('move.hint')}
        data={others.map(({ id, name }) => ({ value: id, label: name }))}
        searchable
        limit={100}
        value={to}
        onChange={setTo}
      />
      {to.length === 0 ? (
        <Alert role="alert" color="orange" variant="light" title={t('move.without')}>
          {t('move.withoutText', { count: proxy.accounts })}
        </Alert>
      ) : (
        <QueryBoundary query={plan}>
          {({ targets }) => (
            <List size="sm" mah={220} style={{ overflowY: 'auto' }}>
              {targets.map(({ after, before, id, name }) => (
                <List.Item key={id}>
                  {name}{' '}
                  <Text span fz="sm" c="dimmed">
                    {t('move.share', { before, after })}
                  </Text>
                </List.Item>
              ))}
            </List>
          )}
        </QueryBoundary>
      )}
    </FormModal>
  );
}
