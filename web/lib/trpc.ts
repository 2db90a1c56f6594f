import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import {
  createTRPCClient,
  httpBatchLink,
  httpLink,
  splitLink,
  type TRPCClient,
  type TRPCClientErrorLike,
} from '@trpc/client';
import { createTRPCOptionsProxy, type TRPCOptionsProxy } from '@trpc/tanstack-react-query';
import i18next from 'i18next';
import type { AppRouter } from '#server/trpc/app-router.ts';
import { readError } from './errors.ts';
import { stepUpLink } from './step-up-link.ts';

/** What a procedure may fail with, as queries and mutations see it. */
export type AppRouterError = TRPCClientErrorLike<AppRouter>;

/** Codes that another try cannot change. */
function worthRetrying(failures: number, error: unknown): boolean {
  const { code } = readError(error);
  const passing = code === 'network' || code === 'shutting_down' || code === 'storage_unavailable';
  return passing && failures < 2;
}

/** A session that ended elsewhere shows as `not_signed_in`; asking `me` again lets the router lead to sign-in. */
function noticeSignedOut(error: unknown): void {
  if (readError(error).code === 'not_signed_in') {
    void queryClient.invalidateQueries(trpc.sessions.me.queryFilter());
  }
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeSignedOut }),
  mutationCache: new MutationCache({ onError: noticeSignedOut }),
  defaultOptions: {
    queries: { staleTime: 10_000, retry: worthRetrying },
    mutations: { retry: false },
  },
});

/** Mails are written in the language the console speaks. */
const inOurLanguage = () => ({ 'accept-language': i18next.language });

/** What waits for a platform would hold up all that is asked with it; a file may be larger than the rest. */
const ALONE: ReadonlySet<string> = new Set([
  'accounts.upstreamModels',
  'accounts.test',
  'vault.refresh',
  'vault.refreshInfo',
  'vaultBatch.import',
]);

/** For what fits neither a query nor a mutation of the pages. */
export const client: TRPCClient<AppRouter> = createTRPCClient<AppRouter>({
  links: [
    stepUpLink,
    splitLink({
      condition: ({ path }) => ALONE.has(path),
      true: httpLink({ url: '/trpc', headers: inOurLanguage }),
      false: httpBatchLink({ url: '/trpc', maxItems: 20, headers: inOurLanguage }),
    }),
  ],
});

/** Query and mutation options of every procedure: `useQuery(trpc.keys.list.queryOptions({}))`. */
export const trpc: TRPCOptionsProxy<AppRouter> = createTRPCOptionsProxy<AppRouter>({
  client,
  queryClient,
});
