import { AppError } from '#shared/errors.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Platform } from '../../platforms/platform.ts';
import type { Relayed } from '../exchange.ts';
import type { ResponseStore, StoredResponse } from '../ports.ts';

/** The end of an answer waits no longer for its copy to be written. */
const LONGEST_SAVE_MS = 5_000;
/** Ids of one response that are noted; more than any answer has. */
const MOST_ITEMS = 1_000;

export type RememberDeps = {
  responses: ResponseStore;
  platform: (id: string) => Platform | undefined;
  clock: Pick<Clock, 'setTimer'>;
  onInternalError: (error: unknown, requestId: string) => void;
};

/**
 * Keeps an answer that the client may refer to later. Never throws: the answer is good without its
 * copy, whose failure is told to whoever runs the server.
 */
export async function remember(deps: RememberDeps, relayed: Relayed): Promise<void> {
  if (!relayed.ownInput || !relayed.request.store) return;
  try {
    const response = toKeep(deps, relayed, relayed.ownInput);
    if (response) await inTime(deps.clock, deps.responses.save(response));
  } catch (thrown) {
    deps.onInternalError(thrown, relayed.id);
  }
}

/** A platform that answered in the client's own protocol keeps what it said itself, unless it says it does not. */
function toKeep(
  deps: RememberDeps,
  { at, last, model, principal, request, speaks, target }: Relayed,
  ownInput: () => object[],
): StoredResponse | null {
  const answer = speaks.keeping?.answerIn(last, request.stream);
  if (!answer) return null;
  const { accountId, platformId } = target;
  const spoken = deps.platform(platformId)?.endpoints.map(({ protocol }) => protocol) ?? [];
  const native = spoken.some((protocol) => protocol === speaks.keeping?.protocol);
  const common = {
    id: answer.id,
    userId: principal.userId,
    model: model.name,
    createdAt: at,
  };
  return native && answer.store
    ? {
        ...common,
        heldBy: { accountId, platformId },
        previousId: null,
        input: [],
        answer: null,
        itemIds: answer.itemIds.slice(0, MOST_ITEMS),
      }
    : {
        ...common,
        heldBy: null,
        previousId: request.previousId,
        input: ownInput(),
        answer: answer.json,
        itemIds: [],
      };
}

function inTime(clock: Pick<Clock, 'setTimer'>, saving: Promise<void>): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const cancel = clock.setTimer(LONGEST_SAVE_MS, () =>
    reject(new AppError('storage_unavailable', 'An answer was not kept: the database was slow.')),
  );
  saving.finally(cancel).then(resolve, reject);
  return promise;
}
