import { Button, Menu } from '@mantine/core';
import {
  IconBookmark,
  IconCheck,
  IconDeviceFloppy,
  IconPencil,
  IconPlus,
  IconStar,
  IconStarOff,
  IconTrash,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { SavedView } from '#shared/schemas/vault-views.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { differs, type ListView } from './use-list-view.ts';
import { ViewNameForm } from './ViewNameForm.tsx';

/** The views a person saved, and what can be done with the one that is chosen. */
export function ViewsMenu({ list }: { list: ListView }) {
  const { t } = useTranslation('vault');
  const views = useQuery(trpc.vault.views.queryOptions());
  const { content, follow, setView, view } = list;
  const naming = useDialog<SavedView | null>();
  const deleting = useDialog<SavedView>();
  const invalidate = [trpc.vault.views.queryFilter()];
  const update = useAppMutation(trpc.vault.updateView.mutationOptions(), {
    invalidate,
    success: ({ name }) => t('views.saved', { name }),
    onDone: setView,
  });
  const remove = useAppMutation(trpc.vault.deleteView.mutationOptions(), {
    invalidate,
    success: t('views.deleted', { name: deleting.value?.name ?? '' }),
    onDone() {
      deleting.close();
      follow(null);
    },
  });
  return (
    <>
      <Menu position="bottom-start" returnFocus>
        <Menu.Target>
          <Button
            size="xs"
            variant="default"
            maw={260}
            leftSection={<IconBookmark size={15} />}
            aria-label={view ? t('views.chosen', { name: view.name }) : t('views.open')}
          >
            {view ? view.name : t('views.open')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah={420} maw={320} style={{ overflowY: 'auto' }}>
          <Item chosen={view === null} onClick={() => follow(null)}>
            {t('views.everything')}
          </Item>
          {(views.data ?? []).map((one) => (
            <Item
              key={one.id}
              chosen={view?.id === one.id}
              {...(one.isDefault && { mark: t('views.isDefault') })}
              onClick={() => follow(one)}
            >
              {one.name}
            </Item>
          ))}
          <Menu.Divider />
          {view && (
            <>
              <Menu.Item
                leftSection={<IconDeviceFloppy size={16} />}
                disabled={!differs(view, content)}
                onClick={() => update.mutate({ id: view.id, content })}
              >
                {t('views.keep')}
              </Menu.Item>
              <Menu.Item
                leftSection={view.isDefault ? <IconStarOff size={16} /> : <IconStar size={16} />}
                onClick={() => update.mutate({ id: view.id, isDefault: !view.isDefault })}
              >
                {t(view.isDefault ? 'views.noDefault' : 'views.makeDefault')}
              </Menu.Item>
              <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => naming.open(view)}>
                {t('views.rename')}
              </Menu.Item>
              <Menu.Item
                color="red"
                leftSection={<IconTrash size={16} />}
                onClick={() => deleting.open(view)}
              >
                {t('views.delete')}
              </Menu.Item>
              <Menu.Divider />
            </>
          )}
          <Menu.Item leftSection={<IconPlus size={16} />} onClick={() => naming.open(null)}>
            {t('views.add')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ViewNameForm
        key={naming.turn}
        opened={naming.opened}
        onClose={naming.close}
        view={naming.value}
        content={content}
        onSaved={setView}
      />
      <ConfirmDialog
        opened={deleting.opened}
        onClose={deleting.close}
        title={t('views.deleteTitle', { name: deleting.value?.name ?? '' })}
        text={t('views.deleteText')}
        confirmLabel={t('views.delete')}
        pending={remove.isPending}
        onConfirm={() => deleting.value && remove.mutate({ id: deleting.value.id })}
      />
    </>
  );
}

type ItemProps = { chosen: boolean; mark?: string; onClick: () => void; children: string };

/** A view to choose; the star says which one the list opens with. */
function Item({ children, chosen, mark, onClick }: ItemProps) {
  return (
    <Menu.Item
      aria-current={chosen}
      leftSection={chosen ? <IconCheck size={16} /> : <span style={{ width: 16 }} />}
      {...(mark && { rightSection: <IconStar size={14} role="img" aria-label={mark} /> })}
      style={{ overflowWrap: 'anywhere' }}
      onClick={onClick}
    >
      {children}
    </Menu.Item>
  );
}
