import { AppError } from '#shared/errors.ts';
import type {
  ChannelSave,
  ChannelTarget,
  ChannelTest,
  ChannelView,
  DeliveryListInput,
  DeliveryPage,
} from '#shared/schemas/alerts.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Tx } from '../../infra/prisma/client.ts';
import { isZone } from '../../infra/zone.ts';
import { type Actor, type Audit, by } from '../audit/index.ts';
import type { ChannelRow, ChannelsRepo, LastDelivery } from './channels.repo.ts';
import type { DeliveriesRepo } from './deliveries.repo.ts';
import { testMessage } from './messages.ts';
import { readPlace, writePlace } from './place.ts';
import { shownTarget, type Targets } from './targets.ts';
import type { Tell } from './tell.ts';

export type ChannelsServiceDeps = {
  repo: ChannelsRepo;
  deliveries: Pick<DeliveriesRepo, 'note' | 'page'>;
  targets: Targets;
  tell: Tell;
  publicUrl: string | null;
  audit: Pick<Audit, 'note'>;
  clock: Pick<Clock, 'now'>;
  newId: () => string;
};

export type ChannelsService = ReturnType<typeof createChannelsService>;

const MOST_CHANNELS = 50;

/** Where alerts are told besides the console. No answer holds what is secret in an address. */
export function createChannelsService(deps: ChannelsServiceDeps) {
  const { audit, clock, deliveries, newId, publicUrl, repo, targets, tell } = deps;

  function note(
    tx: Tx,
    actor: Actor,
    change: {
      action: 'alerts.saveChannel' | 'alerts.deleteChannel';
      before: ChannelRow | null;
      after: ChannelRow | null;
    },
  ): Promise<void> {
    const { action, after, before } = change;
    const row = after ?? before;
    if (!row) return Promise.resolve();
    return audit.note(tx, {
      ...by(actor, actor.me),
      action,
      target: { kind: 'settings', id: row.id, name: row.name },
      before: before && factsOf(before),
      after: after && { ...factsOf(after), newTarget: after.settings !== before?.settings },
    });
  }

  function factsOf(row: ChannelRow) {
    const { settings: _sealed, id: _id, ...facts } = row;
    return { ...facts, shown: shownTarget(row.kind, targets.open(row)) };
  }

  async function found(id: string): Promise<ChannelRow> {
    const row = await repo.find(id);
    if (!row) throw noChannel();
    return row;
  }

  async function locked(tx: Tx, id: string): Promise<ChannelRow> {
    const row = await repo.lock(tx, id);
    if (!row) throw noChannel();
    return row;
  }

  /** @throws AppError conflict when there are too many. */
  async function room(): Promise<null> {
    if ((await repo.all()).length < MOST_CHANNELS) return null;
    throw new AppError('conflict', `There are ${MOST_CHANNELS} channels already.`);
  }

  /** The row to write; what did not change of its target stays sealed as it is. */
  function rowOf(before: ChannelRow | null, wanted: Omit<ChannelSave, 'id'>): ChannelRow {
    const { target: typed, ...facts } = wanted;
    const kind = before?.kind ?? facts.kind;
    const was = before && targets.open(before);
    const target = was ? merged(was, typed) : typed;
    targets.check(kind, target);
    const id = before?.id ?? newId();
    const isSame = JSON.stringify(was) === JSON.stringify(target);
    return {
      ...facts,
      kind,
      id,
      settings: before && isSame ? before.settings : targets.seal(id, target),
    };
  }

  return {
    /** By name. */
    async list(): Promise<ChannelView[]> {
      const [rows, last] = await Promise.all([repo.all(), repo.last()]);
      return rows.map((row) => toView(row, targets.open(row), last.get(row.id)));
    },

    /**
     * Adds a channel, or changes one; what is left empty of its target stays.
     * @throws AppError not_found, bad_request, outbound_refused for an address that may not be called,
     *   conflict when there are too many.
     */
    async save(actor: Actor, { id, target, ...facts }: ChannelSave): Promise<{ id: string }> {
      checkQuiet(facts);
      return await repo.inTx(async (tx) => {
        const before = id === undefined ? await room() : await locked(tx, id);
        const after = rowOf(before, { ...facts, target });
        await repo.write(tx, after);
        await note(tx, actor, { action: 'alerts.saveChannel', before, after });
        return { id: after.id };
      });
    },

    /** With its log. @throws AppError not_found */
    async remove(actor: Actor, id: string): Promise<null> {
      return await repo.inTx(async (tx) => {
        const before = await locked(tx, id);
        await repo.delete(tx, id);
        await note(tx, actor, { action: 'alerts.deleteChannel', before, after: null });
        return null;
      });
    },

    /** Sends a message now and says what came back. @throws AppError not_found */
    async test(id: string): Promise<ChannelTest> {
      const row = await found(id);
      const { kind, language } = row;
      const delivery = newId();
      const told = await tell({
        ...{ kind, language, id: delivery, target: targets.open(row) },
        message: testMessage({ language, publicUrl }),
      });
      const { answer, refusal, status } = told;
      const error = refusal?.error ?? null;
      const log = { id: delivery, channelId: id, error, status };
      await deliveries.note(log, new Date(clock.now()));
      return { ok: refusal === null, status, answer: refusal ? refusal.error : answer };
    },

    /** What was told, newest first. Throws AppError bad_request for a foreign cursor. */
    async deliveries(input: DeliveryListInput): Promise<DeliveryPage> {
      const { cursor, limit } = input;
      const after = cursor === undefined ? null : readPlace(cursor);
      const all = await deliveries.page({ ...input, limit: limit + 1 }, after);
      const rows = all.slice(0, limit);
      const last = rows.at(-1);
      return {
        rows: rows.map(({ createdAt, nextAt, sentAt, ...row }) => ({
          ...row,
          at: createdAt.toISOString(),
          nextAt: nextAt?.toISOString() ?? null,
          sentAt: sentAt?.toISOString() ?? null,
        })),
        nextCursor: all.length > limit && last ? writePlace(last.createdAt, last.id) : null,
      };
    },
  };
}

function checkQuiet({ quietFrom, quietTo, zone }: Omit<ChannelSave, 'id' | 'target'>): void {
  if ((quietFrom === null) !== (quietTo === null)) {
    throw new AppError('bad_request', 'Quiet hours need a beginning and an end.', {
      param: quietFrom === null ? 'quietFrom' : 'quietTo',
    });
  }
  if (isZone(zone)) return;
  throw new AppError(
    'bad_request',
    'This machine knows no such zone. Use a name like Asia/Tokyo.',
    {
      param: 'zone',
    },
  );
}

/** What was left empty stays as it was. */
function merged(was: ChannelTarget, wanted: ChannelTarget): ChannelTarget {
  return {
    url: wanted.url || was.url,
    secret: wanted.secret || was.secret,
    to: wanted.to.length > 0 ? wanted.to : was.to,
    chatId: wanted.chatId || was.chatId,
  };
}

function toView(row: ChannelRow, target: ChannelTarget, last?: LastDelivery): ChannelView {
  const { settings: _sealed, ...facts } = row;
  return {
    ...facts,
    shown: shownTarget(row.kind, target),
    ...{ to: target.to, chatId: target.chatId, hasSecret: target.secret !== '' },
    last: last ? { ...last, at: last.at.toISOString() } : null,
  };
}

function noChannel(): AppError {
  return new AppError('not_found', 'There is no such channel. Reload the list.');
}
