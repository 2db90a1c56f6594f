import { AppError } from '#shared/errors.ts';
import { can } from '#shared/permissions.ts';
import {
  type KeyCreate,
  type KeyCreated,
  type KeyFindInput,
  type KeyFound,
  type KeyIds,
  type KeyListInput,
  type KeyRotate,
  KeyScope,
  type KeyState,
  type KeySwitch,
  type KeysChanged,
  type KeysPage,
  type KeyUpdate,
  type KeyView,
  MOST_KEYS,
} from '#shared/schemas/keys.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Actor, Audit } from '../audit/index.ts';
import { tidyAddresses } from './addresses.ts';
import { createKeyNotes } from './key-notes.ts';
import type { KeyRow } from './key-row.ts';
import { type KeyPrefix, mintKeySecret, storedForm } from './key-secret.ts';
import { readCursor, writeCursor } from './keys.cursor.ts';
import type { Principals } from './keys.lookup.ts';
import type { KeysRepo, Whose } from './keys.repo.ts';
import type { KeysSearchRepo } from './keys.search.repo.ts';

export type KeysDeps = {
  repo: KeysRepo;
  search: KeysSearchRepo;
  lookup: Pick<Principals, 'forgetKeys'>;
  audit: Pick<Audit, 'noteAll' | 'noting'>;
  /** Tokens since 00:00 in the zone by key; keys without any may be left out. */
  tokensToday(keyIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Micro-dollars since 00:00 and since the month began by key; keys without any may be left out. */
  spent(keyIds: readonly string[]): Promise<ReadonlyMap<string, Spent>>;
  clock: Pick<Clock, 'now'>;
  /** Whose midnight ends a day. */
  zone: string;
  newId(): string;
};

export type Spent = { day: number; month: number };
const NOTHING: Spent = { day: 0, month: 0 };
/** Keys offered in a field at once. */
const MOST_FOUND = 50;

/** What only the contracts of older clients ask for. */
export type KeyKind = {
  prefix: KeyPrefix;
  /** Which of the Plug-in API's two families it asks; null = whichever has the model. */
  family: string | null;
};
const USUAL: KeyKind = { prefix: 'gh-', family: null };

/** API keys: everybody's own; admins see and change all of them. */
export function createKeysService(deps: KeysDeps) {
  const { repo, search, lookup, tokensToday, spent, clock, zone, newId } = deps;
  const notes = createKeyNotes(deps.audit);

  async function view(rows: readonly KeyRow[]): Promise<KeyView[]> {
    const budgeted = rows.filter((row) => row.costPerDay !== null || row.costPerMonth !== null);
    const ids = (of: readonly KeyRow[]) => of.map(({ id }) => id);
    const [tokens, costs] = await Promise.all([tokensToday(ids(rows)), spent(ids(budgeted))]);
    const now = clock.now();
    return rows.map((row) => {
      const used = { tokens: tokens.get(row.id) ?? 0, cost: costs.get(row.id) ?? NOTHING };
      return toView(row, { zone, used, now });
    });
  }

  async function viewOne(row: KeyRow): Promise<KeyView> {
    const [only = unused(row)] = await view([row]);
    return only;
  }

  /** Of a key that nobody could use yet. */
  function unused(row: KeyRow): KeyView {
    return toView(row, { zone, used: { tokens: 0, cost: NOTHING }, now: clock.now() });
  }

  /** An end that has passed already is a slip: a key is ended by revoking it. */
  function futureDate(text: string | null): Date | null {
    if (text === null) return null;
    const at = new Date(text);
    if (at.getTime() > clock.now()) return at;
    throw new AppError('bad_request', 'The expiry lies in the past. Choose a later time.', {
      param: 'expiresAt',
    });
  }

  return {
    /**
     * Those that fit, a page at a time. Throws AppError forbidden when a member asks for everybody's,
     * and bad_request for a foreign cursor.
     */
    async list(me: Me, { all, cursor, ...query }: KeyListInput): Promise<KeysPage> {
      const after = cursor === undefined ? null : readCursor(cursor, query.sort);
      const asked = { ...query, ...readable(me, all), now: new Date(clock.now()) };
      const found = await search.page({ ...asked, after, limit: query.limit + 1 });
      const places = found.slice(0, query.limit);
      const last = found.length > query.limit ? places.at(-1) : undefined;
      const rows = await view(await repo.rowsOf(places.map(({ id }) => id)));
      const counts = await search.counts(asked);
      return { rows, counts, nextCursor: last ? writeCursor(last) : null };
    },

    /** Names for a field in which a key is chosen. Throws as `list`. */
    find(me: Me, { all, ids, search: words }: KeyFindInput): Promise<KeyFound[]> {
      const limit = ids ? ids.length : MOST_FOUND;
      return search.names({ ...readable(me, all), words, ids: ids ?? null, limit });
    },

    /** The answer is the only place where the secret ever appears. */
    async create(actor: Actor, input: KeyCreate, kind: KeyKind = USUAL): Promise<KeyCreated> {
      const secret = mintKeySecret(undefined, kind.prefix);
      const key = {
        ...input,
        ...storedForm(secret),
        ...tidied(input),
        id: newId(),
        ownerId: actor.me.id,
        expiresAt: futureDate(input.expiresAt),
        createdAt: new Date(clock.now()),
      };
      const noting = notes.one(actor, 'keys.create');
      const row = await repo.insert({ ...key, family: kind.family }, MOST_KEYS, noting);
      if (!row) throw tooMany();
      return { key: unused(row), secret };
    },

    /** Throws AppError not_found, for another's key too, and conflict when it is revoked. */
    async update(actor: Actor, { id, expiresAt, ...change }: KeyUpdate): Promise<KeyView> {
      const { me } = actor;
      const end = expiresAt === undefined ? undefined : futureDate(expiresAt);
      const changed = { ...change, ...tidied(change), expiresAt: end };
      const row = await repo.update(id, whose(me), changed, notes.one(actor, 'keys.update'));
      if (!row) throw await whyNot(me, id);
      lookup.forgetKeys([id]);
      return viewOne(row);
    },

    /** Ends a key for good; the next call with it is refused. Throws AppError not_found. */
    async revoke(actor: Actor, id: string): Promise<KeyView> {
      const noting = notes.one(actor, 'keys.revoke');
      const row = await repo.revoke(id, whose(actor.me), new Date(clock.now()), noting);
      lookup.forgetKeys([id]);
      if (!row) throw noKey();
      return viewOne(row);
    },

    /** As `revoke`, for many at once; those that are not the caller's, or ended before, are passed over. */
    async revokeMany(actor: Actor, { ids }: KeyIds): Promise<KeysChanged> {
      const noting = notes.many(actor, 'keys.revoke', { revoked: true });
      const changed = await repo.revokeMany(ids, whose(actor.me), new Date(clock.now()), noting);
      lookup.forgetKeys(ids);
      return { changed };
    },

    /** Switches keys off for a while, or on again; those that are not the caller's are passed over. */
    async switch(actor: Actor, { ids, on }: KeySwitch): Promise<KeysChanged> {
      const off = on ? null : new Date(clock.now());
      const noting = notes.many(actor, 'keys.switch', { on });
      const changed = await repo.switchMany(ids, whose(actor.me), off, noting);
      lookup.forgetKeys(ids);
      return { changed };
    },

    /**
     * A new secret, in this answer only; the present one works on for the overlap, one that was still
     * working from an earlier rotation ends at once. Throws AppError not_found, for another's key too,
     * and conflict when it is revoked.
     */
    async rotate(actor: Actor, { id, overlapMinutes }: KeyRotate): Promise<KeyCreated> {
      const { me } = actor;
      const secret = mintKeySecret();
      const previousUntil = new Date(clock.now() + overlapMinutes * 60_000);
      const rotation = { ...storedForm(secret), previousUntil };
      const row = await repo.rotate(id, whose(me), rotation, notes.one(actor, 'keys.rotate'));
      if (!row) throw await whyNot(me, id);
      lookup.forgetKeys([id]);
      return { key: await viewOne(row), secret };
    },

    /** Ends the secret before the last rotation now. Throws AppError not_found. */
    async endOverlap(actor: Actor, id: string): Promise<KeyView> {
      const noting = notes.one(actor, 'keys.endOverlap');
      const row = await repo.endOverlap(id, whose(actor.me), new Date(clock.now()), noting);
      lookup.forgetKeys([id]);
      if (!row) throw noKey();
      return viewOne(row);
    },
  };

  async function whyNot(me: Me, id: string): Promise<AppError> {
    if (!(await repo.find(id, whose(me)))) return noKey();
    return new AppError('conflict', 'A revoked key cannot be changed. Create a new one.');
  }
}
export type KeysService = ReturnType<typeof createKeysService>;

function whose(me: Me): Whose {
  return { ownerId: can(me, 'keys.write') ? null : me.id };
}

/** Whose keys may be seen. */
function readable(me: Me, all: boolean): Whose {
  if (!all) return { ownerId: me.id };
  if (can(me, 'keys.read')) return { ownerId: null };
  throw new AppError('forbidden', 'Your role does not allow seeing the keys of others.');
}

function tooMany() {
  const most = MOST_KEYS.toLocaleString('en');
  return new AppError(
    'conflict',
    `You have ${most} keys, which is the most one person may have. Revoke those that are not needed.`,
  );
}

function noKey() {
  return new AppError('not_found', 'There is no such key, or it is not yours.');
}

/** Lists as they are kept: scopes and addresses each once. */
function tidied({ addresses, scopes }: Pick<KeyUpdate, 'addresses' | 'scopes'>) {
  return {
    ...(addresses && { addresses: tidyAddresses(addresses) }),
    ...(scopes && { scopes: KeyScope.options.filter((scope) => scopes.includes(scope)) }),
  };
}

type Facts = { zone: string; used: { tokens: number; cost: Spent }; now: number };

function stateOf({ revokedAt, expiresAt, disabledAt }: KeyRow, now: number): KeyState {
  if (revokedAt) return 'revoked';
  if (expiresAt !== null && expiresAt.getTime() <= now) return 'expired';
  return disabledAt ? 'disabled' : 'active';
}

function toView(row: KeyRow, { zone, used, now }: Facts): KeyView {
  const { revokedAt: _at, disabledAt, previousUntil, ...rest } = row;
  const { expiresAt, lastUsedAt, createdAt } = row;
  const overlaps = previousUntil !== null && previousUntil.getTime() > now;
  return {
    ...rest,
    state: stateOf(row, now),
    disabled: disabledAt !== null,
    previousUntil: overlaps ? previousUntil.toISOString() : null,
    tokensToday: used.tokens,
    costToday: used.cost.day,
    costThisMonth: used.cost.month,
    zone,
    expiresAt: expiresAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  };
}
