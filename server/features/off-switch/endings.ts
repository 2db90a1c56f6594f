import { AppError } from '#shared/errors.ts';
import type { EndedRequest, RunningRequests } from '../../gateway/ports.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Changes } from '../../infra/reloader.ts';
import type { EndingsRepo, OpenSwitch, StreamRow } from './off-switch.repo.ts';

/** How often a server says that it is there. */
const BEAT_MS = 10_000;
/** A request that has not ended by then is told of as running. */
const ENDS_WITHIN_MS = 5_000;
/** A switch thrown longer ago is answered by nobody: whatever ran then is over, or was refused since. */
const OPEN_MS = 600_000;
/** Servers' clocks differ a little: what came this long after one's own switch may be what it ends. */
const CLOCKS_DIFFER_MS = 5_000;

export type EndingsDeps = {
  /** Of this process. */
  server: string;
  repo: EndingsRepo;
  changes: Changes<'users'>;
  clock: Clock;
  /** Told of reads and writes that failed; a change that was missed is looked for with the next one. */
  onError(error: unknown): void;
};

/**
 * Ends on this server what somebody has running who may not ask any more, and answers switches with
 * what it ended. The rows say what is to be done, and an event only when to look: one that was missed
 * costs time, not truth.
 */
export function createEndings({ server, repo, changes, clock, onError }: EndingsDeps) {
  const startedAt = new Date(clock.now());
  const answering = new Set<string>();
  const works = new Set<Promise<void>>();
  const stops: (() => void)[] = [];
  let requests: RunningRequests | null = null;
  let cancelBeat = () => {};
  let isSilent = false;

  async function beat(): Promise<void> {
    cancelBeat();
    try {
      await repo.beat(server, startedAt, new Date(clock.now()));
      isSilent = false;
    } catch (error) {
      // Once, however long the database is away.
      if (!isSilent) onError(error);
      isSilent = true;
    }
    if (stops.length > 0) cancelBeat = clock.setTimer(BEAT_MS, () => void beat());
  }

  /** Ends a person's requests and says which, and when each had ended. */
  async function endAll(open: OpenSwitch): Promise<StreamRow[]> {
    const until = open.kind === 'own' ? open.at.getTime() + CLOCKS_DIFFER_MS : undefined;
    const reason = open.kind === 'own' ? endedByOwner() : endedByAdmin();
    const ended = requests?.end(open.userId, reason, until) ?? [];
    const { promise: late, resolve: giveUp } = Promise.withResolvers<null>();
    const cancel = clock.setTimer(ENDS_WITHIN_MS, () => giveUp(null));
    const rows = await Promise.all(
      ended.map(async (request) => {
        const done = request.done.then(() => new Date(clock.now()));
        return toRow(request, await Promise.race([done, late]));
      }),
    );
    cancel();
    return rows;
  }

  async function answer(open: OpenSwitch): Promise<void> {
    if (answering.has(open.id)) return;
    answering.add(open.id);
    try {
      const streams = await endAll(open);
      await repo.answer({ switchId: open.id, server, at: new Date(clock.now()) }, streams);
    } finally {
      answering.delete(open.id);
    }
  }

  /** Looks at these people, or at whoever has something running here. */
  async function look(ids: readonly string[] | null): Promise<void> {
    const open = await repo.open(server, ids, new Date(clock.now() - OPEN_MS));
    const answers = open.map(answer);
    const here = [...(requests?.users() ?? [])].filter((id) => ids === null || ids.includes(id));
    if (here.length > 0) {
      for (const id of await repo.barred(here)) requests?.end(id, endedByAdmin());
    }
    await Promise.all(answers);
  }

  function lookLater(ids: readonly string[] | null): void {
    const work: Promise<void> = look(ids)
      .catch(onError)
      .finally(() => works.delete(work));
    works.add(work);
  }

  return {
    /** What runs here, before `start`. */
    attach(running: RunningRequests): void {
      requests = running;
    },

    /** Says that this server is there, and begins to listen. */
    async start(): Promise<void> {
      stops.push(
        // No ids means "any of them".
        changes.on('users', ({ ids }) => lookLater(ids.length > 0 ? ids : null)),
        changes.onGap(() => lookLater(null)),
      );
      await beat();
    },

    async close(): Promise<void> {
      for (const stop of stops.splice(0)) stop();
      cancelBeat();
      await Promise.allSettled(works);
      await repo.leave(server).catch(onError);
    },
  };
}

function toRow(request: EndedRequest, endedAt: Date | null): StreamRow {
  const { asked: begun, at, door, id: requestId, model, stream } = request;
  return { requestId, door, model, stream, begun, startedAt: new Date(at), endedAt };
}

function endedByAdmin(): AppError {
  return new AppError(
    'ended_by_admin',
    'An admin ended what this person had running. Ask an admin of this server.',
  );
}

function endedByOwner(): AppError {
  return new AppError(
    'ended_by_owner',
    'The owner of this request ended everything they had running.',
  );
}
