import type { UseMutationResult } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { VaultCopied, VaultCopy } from '#shared/schemas/vault-batch.ts';
import { type AppRouterError, trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { notifySuccess } from '../../ui/notify.tsx';

/** Puts access tokens into the clipboard, one a line; they are kept nowhere. */
export function useCopyTokens(): UseMutationResult<VaultCopied, AppRouterError, VaultCopy> {
  const { t } = useTranslation('vaultBatch');
  return useAppMutation(trpc.vaultBatch.copy.mutationOptions({ gcTime: 0 }), {
    async onDone({ tokens }) {
      try {
        await navigator.clipboard.writeText(tokens.map((one) => one.accessToken).join('\n'));
        notifySuccess(t('copy.done', { count: tokens.length }));
      } catch {
        notifySuccess(t('copy.blocked'));
      }
    },
  });
}
