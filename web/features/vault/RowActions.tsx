import { Menu } from '@mantine/core';
import {
  IconCopy,
  IconEye,
  IconHistory,
  IconId,
  IconKey,
  IconListCheck,
  IconListDetails,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconRefresh,
  IconReplace,
  IconTrash,
  IconUser,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { useTranslation } from 'react-i18next';
import type { VaultView } from '#shared/schemas/vault.ts';
import { useCan, useMe } from '../../lib/use-me.ts';

const ROW_ACTIONS = [
  'open',
  'copyBizId',
  'history',
  'leases',
  'refresh',
  'userInfo',
  'accountInfo',
  'edit',
  'replace',
  'enable',
  'disable',
  'revealAccess',
  'revealRefresh',
  'delete',
] as const;
export type RowAction = (typeof ROW_ACTIONS)[number];

const ICONS: Readonly<Record<RowAction, ComponentType<{ size: number }>>> = {
  open: IconListDetails,
  copyBizId: IconCopy,
  history: IconHistory,
  leases: IconListCheck,
  refresh: IconRefresh,
  userInfo: IconUser,
  accountInfo: IconId,
  edit: IconPencil,
  replace: IconReplace,
  enable: IconPlayerPlay,
  disable: IconPlayerPause,
  revealAccess: IconEye,
  revealRefresh: IconKey,
  delete: IconTrash,
};

/** What this person may do with an account. */
function useRowActions(row: VaultView): RowAction[] {
  const keeper = useCan('vault.write');
  const revealer = useCan('vault.reveal');
  const own = useMe().id === row.ownerId;
  const { client, hasAccess, mayChange, state } = row;
  const on = mayChange && state !== 'disabled';
  const asks = mayChange && hasAccess && client !== null;
  const allowed: Readonly<Record<RowAction, boolean>> = {
    open: true,
    copyBizId: true,
    history: true,
    leases: true,
    refresh: on,
    userInfo: asks,
    accountInfo: asks,
    edit: mayChange,
    replace: mayChange,
    enable: mayChange && !on,
    disable: on,
    revealAccess: (keeper || own) && hasAccess,
    revealRefresh: revealer || own,
    delete: mayChange,
  };
  return ROW_ACTIONS.filter((action) => allowed[action]);
}

type RowActionsProps = {
  row: VaultView;
  /** The button that opened it. */
  button: HTMLElement;
  onAction: (action: RowAction, row: VaultView) => void;
  onClose: () => void;
};

/** The menu of a row. One for the whole list, beside the button that was pressed. */
export function RowActions({ button, onAction, onClose, row }: RowActionsProps) {
  const { t } = useTranslation('vault');
  const actions = useRowActions(row);
  const { bottom, right } = button.getBoundingClientRect();
  const close = () => {
    onClose();
    button.focus({ preventScroll: true });
  };
  return (
    <Menu opened onClose={close} position="bottom-end" trapFocus>
      <Menu.Target>
        <span style={{ position: 'fixed', left: right, top: bottom, width: 1, height: 1 }} />
      </Menu.Target>
      <Menu.Dropdown>
        {actions.map((action) => {
          const Icon = ICONS[action];
          return (
            <Menu.Item
              key={action}
              leftSection={<Icon size={16} />}
              {...(action === 'delete' && { color: 'red' })}
              onClick={() => onAction(action, row)}
            >
              {t(`action.${action}`)}
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
