import { AppError } from '#shared/errors.ts';
import type { ResponseStore, StoredResponse } from '../../gateway/ports.ts';
import type { Clock } from '../../infra/clock.ts';
import { createHourlyRemoval } from '../../infra/hourly-removal.ts';
import type { ResponseRow, ResponseScope, ResponsesRepo } from './responses.repo.ts';
import { openResponse, plainOf, type ResponseCipher, sealResponse } from './sealed-response.ts';

/** A conversation is sent whole each time; past this no platform would take it. */
const MOST_LINKS = 1_000;
const MOST_BYTES = 32 * 1024 * 1024;
/** Ids come from clients; nothing else is looked for, and some of it the database would not take. */
const ID = /^[\w-]{1,200}$/;
/** Responses looked at to find who has the items of one request. */
const MOST_HOLDING = 1_000;
/** How much of what a person may have stored is saved before it is looked at what they have. */
const SHARE_UNCOUNTED = 1 / 64;

export type ResponsesDeps = {
  repo: ResponsesRepo;
  cipher: ResponseCipher;
  clock: Clock;
  /** How long a response is kept, ms; 0 = nothing is kept. */
  retentionMs: number;
  /** Bytes kept for one person, about: past it the oldest are removed. At least 32 MiB. */
  mostBytesPerUser: number;
  /** Told when expired responses could not be removed; the next round tries again. */
  onError(error: unknown): void;
};

export type Responses = ResponseStore & {
  /** Removes what has expired, now and every hour. */
  start(): void;
  /** Waits for a removal that is under way. */
  close(): Promise<void>;
};

/** Responses that clients may refer to later, sealed, for as long as the server is told to keep them. */
export function createResponsesService(deps: ResponsesDeps): Responses {
  const { repo, cipher, clock, mostBytesPerUser, retentionMs, onError } = deps;
  const keeps = retentionMs > 0;
  const scopeOf = (userId: string): ResponseScope => ({
    userId,
    since: new Date(clock.now() - retentionMs),
  });
  /** Bytes saved since it was last looked at what a person has. */
  const uncounted = new Map<string, number>();

  async function openAll(ids: readonly string[], userId: string) {
    const rows = await repo.find(ids, scopeOf(userId));
    return rows.map((row) => openResponse(cipher, row));
  }

  /** NOTE: to add up all that a person has takes longer than to save one, so it is done now and then. */
  function boundFor({ bytes, userId }: ResponseRow): number | null {
    const since = uncounted.get(userId);
    const counts = since === undefined || since + bytes > mostBytesPerUser * SHARE_UNCOUNTED;
    uncounted.set(userId, counts ? 0 : since + bytes);
    return counts ? mostBytesPerUser : null;
  }

  const removal = createHourlyRemoval({ clock, retentionMs, remove: repo.removeExpired, onError });

  return {
    keeps,

    async findAll(ids, userId) {
      const sound = ids.filter((id) => ID.test(id));
      if (!keeps || sound.length === 0) return [];
      // NOTE: a short request may name a hundred large ones: how large is asked before they are read.
      if ((await repo.bytesOf(sound, scopeOf(userId))) > MOST_BYTES) throw tooMuchReferred();
      return openAll(sound, userId);
    },

    /**
     * Throws AppError bad_request when it is larger than a request could be that continues it, and
     * upstream_failed when its id is one that another account gave before.
     */
    async save(response) {
      if (!keeps) return;
      const plain = plainOf(response);
      if (plain.bytes > MOST_BYTES) throw tooMuch();
      const row = sealResponse(cipher, response, plain);
      if (!(await repo.save(row, boundFor(row)))) throw taken(response);
    },

    async find(id, userId) {
      if (!keeps || !ID.test(id)) return null;
      const [found] = await openAll([id], userId);
      return found ?? null;
    },

    async holding(itemIds, userId) {
      const sound = itemIds.filter((id) => ID.test(id));
      if (!keeps || sound.length === 0) return [];
      const rows = await repo.holding(sound, scopeOf(userId), MOST_HOLDING);
      return rows.map((row) => openResponse(cipher, row));
    },

    async chain(id, userId) {
      if (!keeps || !ID.test(id)) return [];
      const links = await repo.walk(id, scopeOf(userId), MOST_LINKS + 1);
      if (links.length > MOST_LINKS) throw tooLong();
      if (links.reduce((sum, { bytes }) => sum + bytes, 0) > MOST_BYTES) throw tooMuch();
      const order = new Map(links.map((link, index) => [link.id, index]));
      const found = await openAll([...order.keys()], userId);
      // NOTE: one may have been deleted since; the others are then no conversation any more.
      if (found.length < order.size) return [];
      return found.sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
    },

    async delete(id, userId) {
      return keeps && ID.test(id) && repo.remove(id, scopeOf(userId));
    },

    start: removal.start,
    close: removal.close,
  };
}

function tooLong(): AppError {
  return new AppError(
    'bad_request',
    `The conversation behind previous_response_id has more than ${MOST_LINKS} responses. Start a new one, or send what matters of it as input.`,
    { param: 'previous_response_id' },
  );
}

function tooMuch(): AppError {
  return new AppError(
    'bad_request',
    `The conversation behind previous_response_id is larger than ${MOST_BYTES / 1024 / 1024} MB. Start a new one, or send what matters of it as input.`,
    { param: 'previous_response_id' },
  );
}

function taken({ heldBy, id }: StoredResponse): AppError {
  return new AppError(
    'upstream_failed',
    `The response ${id} of ${heldBy?.platformId ?? 'a platform'} was not kept: another account gave one with this id before.`,
  );
}

function tooMuchReferred(): AppError {
  return new AppError(
    'bad_request',
    `The responses whose items the input refers to are larger than ${MOST_BYTES / 1024 / 1024} MB together. Send the items themselves instead of references.`,
    { param: 'input' },
  );
}
