import type { VaultView } from '#shared/schemas/vault.ts';
import type { Dialog } from '../../lib/use-dialog.ts';
import { DeleteAccount } from './DeleteAccount.tsx';
import { EditVault, ReplaceToken } from './EditVault.tsx';
import { RefreshDialog } from './RefreshDialog.tsx';
import { RevealDialog } from './RevealDialog.tsx';
import type { RowAction } from './RowActions.tsx';
import { VaultDrawer } from './VaultDrawer.tsx';

/** What is open, and about which account. */
export type Shown = { what: RowAction; row: VaultView };

type VaultDialogsProps = {
  dialog: Dialog<Shown>;
  onAction: (action: RowAction, row: VaultView) => void;
};

/** The dialog of one account that is open. */
export function VaultDialogs({ dialog, onAction }: VaultDialogsProps) {
  const { value, ...state } = dialog;
  if (value === null) return null;
  const { row, what } = value;
  const frame = { row, opened: state.opened, onClose: state.close };
  switch (what) {
    case 'open':
    case 'history':
      return (
        <VaultDrawer
          {...frame}
          key={state.turn}
          tab={what === 'history' ? 'history' : 'details'}
          onAction={onAction}
        />
      );
    case 'refresh':
      return (
        <RefreshDialog {...frame} key={state.turn} onReplace={() => onAction('replace', row)} />
      );
    case 'edit':
      return <EditVault {...frame} key={state.turn} />;
    case 'replace':
      return <ReplaceToken {...frame} key={state.turn} />;
    case 'revealAccess':
    case 'revealRefresh':
      return (
        <RevealDialog
          {...frame}
          key={state.turn}
          what={what === 'revealAccess' ? 'access' : 'refresh'}
        />
      );
    case 'delete':
      return <DeleteAccount {...frame} key={state.turn} />;
    default:
      return null;
  }
}
