import type { AccountTest, AccountView } from '#shared/schemas/accounts.ts';
import { type AppRouterError, queryClient, trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { type Dialog, useDialog } from '../../lib/use-dialog.ts';
import { accountQueries } from './use-accounts.ts';

export type TestCall = {
  dialog: Dialog<AccountView>;
  call: { isPending: boolean; data: AccountTest | undefined; error: AppRouterError | null };
  /** Opens the dialog and calls. */
  start: (account: AccountView) => void;
  again: () => void;
};

/** A test call may change the account's state, whether it worked or not. */
function refresh(): void {
  for (const filter of accountQueries()) void queryClient.invalidateQueries(filter);
}

/** Runs a test call and keeps its dialog; errors are shown there, not in a notification. */
export function useTestCall(): TestCall {
  const dialog = useDialog<AccountView>();
  const call = useAppMutation(trpc.accounts.test.mutationOptions(), {
    onDone: refresh,
    onFail: () => {
      refresh();
      return true;
    },
  });
  const run = (account: AccountView) => call.mutate({ id: account.id });
  return {
    dialog,
    call,
    start(account) {
      dialog.open(account);
      run(account);
    },
    again() {
      if (dialog.value) run(dialog.value);
    },
  };
}
