import { createRouter } from '@tanstack/react-router';
import { queryClient } from '../lib/trpc.ts';
import { routeTree } from './routes.ts';

export const router = createRouter({
  routeTree,
  context: { queryClient },
  defaultPreload: 'intent',
  // Freshness is the query client's business, not the router's.
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
