import { Button, Group, List, Modal, ScrollArea, Stack, Text } from '@mantine/core';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { BulkChange, BulkResult } from '#shared/schemas/users-bulk.ts';
import { readError } from '../../lib/errors.ts';
import { useRoleName } from '../../lib/role-name.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { ErrorText } from '../../ui/ErrorText.tsx';
import { LoadingBlock } from '../../ui/LoadState.tsx';

type BulkDialogProps = {
  opened: boolean;
  ids: string[];
  change: BulkChange;
  onClose: () => void;
  onDone: () => void;
};

/** Says what a change would do to each of many people, does it, and says what became of each. */
export function BulkDialog({ opened, ids, change, onClose, onDone }: BulkDialogProps) {
  const { t } = useTranslation(['users', 'common']);
  const preview = useAppMutation(trpc.users.previewBulk.mutationOptions(), { onFail: () => true });
  const apply = useAppMutation(trpc.users.bulk.mutationOptions(), {
    invalidate: [trpc.users.pathFilter()],
    onDone: ({ rows }) => {
      if (rows.every(({ outcome }) => outcome !== 'refused')) onDone();
    },
    success: ({ rows }) => t('bulk.done', { count: countOf(rows, 'changed') }),
  });
  const { mutate } = preview;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once, when the dialog opens
  useEffect(() => mutate({ ids, change }), [mutate]);
  const rows = (apply.data ?? preview.data)?.rows;
  const title = useTitle(change, ids.length);
  const count = rows ? countOf(rows, 'changed') : 0;
  return (
    <Modal
      opened={opened}
      onClose={apply.data ? onDone : onClose}
      title={title}
      styles={{ title: { fontWeight: 620 } }}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      {preview.error && <ErrorText error={readError(preview.error)} />}
      {!rows && !preview.error && <LoadingBlock height={80} />}
      {rows && <Outcomes rows={rows} done={apply.data !== undefined} />}
      <Group justify="flex-end" mt="lg" gap="xs">
        {apply.data ? (
          <Button onClick={onDone}>{t('common:done')}</Button>
        ) : (
          <>
            <Button variant="default" onClick={onClose} data-autofocus>
              {t('common:cancel')}
            </Button>
            <Button
              loading={apply.isPending}
              disabled={count === 0}
              onClick={() => apply.mutate({ ids, change })}
            >
              {t('bulk.confirm', { count })}
            </Button>
          </>
        )}
      </Group>
    </Modal>
  );
}

function Outcomes({ rows, done }: { rows: BulkResult['rows']; done: boolean }) {
  const { t } = useTranslation('users');
  const refused = rows.filter(({ outcome }) => outcome === 'refused');
  const same = countOf(rows, 'same');
  return (
    <Stack gap="xs" role="status">
      <Text>
        {t(done ? 'bulk.changed' : 'bulk.would', {
          count: countOf(rows, 'changed'),
          total: rows.length,
        })}
      </Text>
      {same > 0 && <Text c="dimmed">{t('bulk.same', { count: same })}</Text>}
      {refused.length > 0 && (
        <>
          <Text c="var(--mantine-color-error)">{t('bulk.refused', { count: refused.length })}</Text>
          <ScrollArea.Autosize mah={240} type="auto">
            <List fz="sm">
              {refused.map(({ id, reason, username }) => (
                <List.Item key={id}>
                  <b>{username || id}</b>: {reason !== null && t(`refusal.${reason}`)}
                </List.Item>
              ))}
            </List>
          </ScrollArea.Autosize>
        </>
      )}
    </Stack>
  );
}

function useTitle(change: BulkChange, count: number): string {
  const { t } = useTranslation('users');
  const roleName = useRoleName();
  switch (change.what) {
    case 'state':
      return t(`bulk.title.${change.state}`, { count });
    case 'trustLevel':
      return t('bulk.title.level', { count, level: change.trustLevel });
    case 'role':
      return t('bulk.title.role', { count, role: roleName(change.role) });
    case 'endSessions':
      return t('bulk.title.endSessions', { count });
  }
}

function countOf(rows: BulkResult['rows'], what: BulkResult['rows'][number]['outcome']): number {
  return rows.filter(({ outcome }) => outcome === what).length;
}
