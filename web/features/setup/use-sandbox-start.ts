import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { readError } from '../../lib/errors.ts';
import { queryClient, trpc } from '../../lib/trpc.ts';
import { notifyError, notifySuccess } from '../../ui/notify.tsx';

const SANDBOX = 'sandbox';
const MODEL = 'sandbox-echo';

type Missing = { account: boolean; model: boolean };

/** One call that adds what is missing for a first answer without a network: a sandbox account and its model. */
export function useSandboxStart() {
  const { t } = useTranslation('setup');
  const account = useMutation(trpc.accounts.create.mutationOptions());
  const model = useMutation(trpc.models.create.mutationOptions());

  async function start(missing: Missing): Promise<void> {
    try {
      if (missing.account) {
        await account.mutateAsync({ platformId: SANDBOX, name: t('start.sandboxAccount') });
      }
      if (missing.model) {
        await model.mutateAsync({ name: MODEL, routes: [{ platform: SANDBOX, model: MODEL }] });
      }
      notifySuccess(t('start.sandboxDone'));
    } catch (thrown) {
      notifyError(readError(thrown));
    } finally {
      // Even half of it may have worked.
      await Promise.all([
        queryClient.invalidateQueries(trpc.accounts.pathFilter()),
        queryClient.invalidateQueries(trpc.models.pathFilter()),
      ]);
    }
  }
  return { start, pending: account.isPending || model.isPending };
}
