import { useRouter } from '@tanstack/react-router';
import type { Me } from '#shared/schemas/sessions.ts';
import { safeReturnTo } from './return-to.ts';
import { queryClient, trpc } from './trpc.ts';

/** What follows a sign-in of any kind: remember who it is, and go on to `next` (a path) or the dashboard. */
export function useWelcome(): (me: Me, next?: string) => Promise<void> {
  const router = useRouter();
  return async (me, next) => {
    queryClient.clear();
    queryClient.setQueryData(trpc.sessions.me.queryKey(), me);
    router.history.push(safeReturnTo(next));
  };
}
