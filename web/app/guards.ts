import type { QueryClient } from '@tanstack/react-query';
import { redirect } from '@tanstack/react-router';
import type { Me } from '#shared/schemas/sessions.ts';
import { safeReturnTo } from '../lib/return-to.ts';
import { trpc } from '../lib/trpc.ts';

export type RouterContext = { queryClient: QueryClient };

// NOTE: fetched, not "ensured": what was invalidated (a session that ended) must be asked again.
const meOptions = () => trpc.sessions.me.queryOptions(undefined, { staleTime: 60_000 });
const setupOptions = () => trpc.setup.status.queryOptions(undefined, { staleTime: 60_000 });

type Guarded = { context: RouterContext; location: { href: string } };

/** Lets signed-in people in; leads the others to set-up or sign-in, and back here afterwards. */
export async function requireMe({ context, location }: Guarded): Promise<{ me: Me }> {
  const me = await context.queryClient.fetchQuery(meOptions());
  if (me) return { me };
  const setup = await context.queryClient.fetchQuery(setupOptions());
  if (setup.needed) throw redirect({ to: '/setup' });
  const next = safeReturnTo(location.href);
  throw redirect({ to: '/sign-in', search: next === '/' ? {} : { next } });
}

/** For the sign-in page: who is signed in already goes on, and a fresh server is set up first. */
export async function leaveWhenSignedIn({
  context,
  search,
}: {
  context: RouterContext;
  search: { next?: string | undefined };
}): Promise<void> {
  const me = await context.queryClient.fetchQuery(meOptions());
  if (me) throw redirect({ href: safeReturnTo(search.next) });
  const setup = await context.queryClient.fetchQuery(setupOptions());
  if (setup.needed) throw redirect({ to: '/setup' });
}
