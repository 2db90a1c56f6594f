import type { AppError } from '#shared/errors.ts';
import { createRoll } from '../infra/roll.ts';
import type { Progress } from './exchange.ts';
import type { EndedRequest, Principal, RunningRequests } from './ports.ts';

/** A request from its arrival until its answer is out. */
export type Run = {
  readonly id: string;
  readonly abort: AbortController;
  /** Resolves once it is settled and answered. */
  done: Promise<void>;
  /** How far it came; null where something is only looked up. */
  progress: Progress | null;
  /** Who looks something up, once that is known. */
  reader: Principal | null;
};

/** What runs in this process, and how it is ended from outside. */
export function createRunning(now: () => number) {
  const roll = createRoll<Run>();
  const userOf = ({ progress, reader }: Run) => (progress?.principal ?? reader)?.userId;

  const requests: RunningRequests = {
    users() {
      const found = new Set<string>();
      for (const run of roll) {
        const user = userOf(run);
        if (user !== undefined) found.add(user);
      }
      return found;
    },
    end(userId, reason, until = Number.POSITIVE_INFINITY) {
      const ended: EndedRequest[] = [];
      for (const run of roll) {
        if (userOf(run) !== userId || run.abort.signal.aborted) continue;
        const request = toEnded(run, now);
        if (request.at > until) continue;
        run.abort.abort(reason satisfies AppError);
        ended.push(request);
      }
      return ended;
    },
  };
  return { add: roll.add, size: roll.size, all: roll as Iterable<Run>, requests };
}

function toEnded({ done, id, progress }: Run, now: () => number): EndedRequest {
  return {
    id,
    at: progress?.at ?? now(),
    door: progress?.door ?? '',
    model: progress?.request?.model ?? '',
    stream: progress?.request?.stream ?? false,
    asked: (progress?.facts.attempts ?? 0) > 0,
    done,
  };
}
