import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { JobView } from '#shared/schemas/jobs.ts';
import { type AppRouterError, trpc } from '../../lib/trpc.ts';

const LOOK_MS = 1_000;

/** Whether something of it is still to be done. */
export function isRunning({ state }: Pick<JobView, 'state'>): boolean {
  return state === 'waiting' || state === 'running';
}

/** A job as it stands, asked for again each second while it runs. */
export function useJob(id: string): UseQueryResult<JobView, AppRouterError> {
  return useQuery(
    trpc.jobs.get.queryOptions(
      { id },
      { refetchInterval: ({ state }) => (state.data && !isRunning(state.data) ? false : LOOK_MS) },
    ),
  );
}
