import { useQuery } from '@tanstack/react-query';
import { trpc } from '../../lib/trpc.ts';

export type Progress = { account: boolean; model: boolean; key: boolean; answered: boolean };

/** How far a fresh instance is on its way to the first answer; null while that is not known. */
export function useProgress(): Progress | null {
  const accounts = useQuery(trpc.accounts.list.queryOptions());
  const models = useQuery(trpc.models.available.queryOptions());
  const keys = useQuery(trpc.keys.list.queryOptions({ limit: 1, filter: { withRevoked: true } }));
  const usage = useQuery(trpc.usage.list.queryOptions({ limit: 1 }));
  if (!accounts.data || !models.data || !keys.data || !usage.data) return null;
  return {
    // Somebody else's shared account is as good as an own one.
    account: accounts.data.length > 0 || models.data.some((model) => model.ready),
    model: models.data.length > 0,
    key: keys.data.rows.length > 0,
    answered: usage.data.rows.length > 0,
  };
}
