import type { TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import type { AppRouter } from '#server/trpc/app-router.ts';
import { readError } from './errors.ts';
import { askForProof } from './step-up.ts';

/**
 * What is refused with step_up_needed waits until the person proved who they are, and is then asked
 * for once more. Whoever asked notices nothing of it, unless the person would not.
 */
export const stepUpLink: TRPCLink<AppRouter> =
  () =>
  ({ next, op }) =>
    observable((observer) => {
      let running: { unsubscribe: () => void } | null = null;
      let closed = false;
      const ask = (again: boolean) => {
        running = next(op).subscribe({
          next: (value) => observer.next(value),
          complete: () => observer.complete(),
          error(error) {
            if (again || readError(error).code !== 'step_up_needed') return observer.error(error);
            void askForProof().then((proved) => {
              if (closed) return;
              if (proved) ask(true);
              else observer.error(error);
            });
          },
        });
      };
      ask(false);
      return () => {
        closed = true;
        running?.unsubscribe();
      };
    });
