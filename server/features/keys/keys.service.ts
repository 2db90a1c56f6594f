import { AppError } from '#shared/errors.ts';
import type {
  KeyCreate,
  KeyCreated,
  KeyListInput,
  KeyUpdate,
  KeyView,
} from '#shared/schemas/keys.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { Clock } from '../../infra/clock.ts';
import { mintKeySecret, storedForm } from './key-secret.ts';
import type { Principals } from './keys.lookup.ts';
import type { KeyRow, KeyScope, KeysRepo } from './keys.repo.ts';

export type KeysDeps = {
  repo: KeysRepo;
  lookup: Pick<Principals, 'forgetKeys'>;
  /** Tokens since 00:00 in the zone by key; keys without any may be left out. */
  tokensToday(keyIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  clock: Pick<Clock, 'now'>;
  /** Whose midnight ends a day. */
  zone: string;
  newId(): string;
};

/** API keys: everybody's own; admins see and change all of them. */
export function createKeysService(deps: KeysDeps) {
  const { repo, lookup, tokensToday, clock, zone, newId } = deps;

  async function view(rows: readonly KeyRow[]): Promise<KeyView[]> {
    const used = await tokensToday(rows.map((row) => row.id));
    return rows.map((row) => toView(row, { zone, used: used.get(row.id) ?? 0, now: clock.now() }));
  }

  async function viewOne(row: KeyRow): Promise<KeyView> {
    const used = await tokensToday([row.id]);
    return toView(row, { zone, used: used.get(row.id) ?? 0, now: clock.now() });
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
    /** Newest first. Throws AppError forbidden when a member asks for everybody's. */
    async list(me: Me, { all }: KeyListInput): Promise<KeyView[]> {
      if (all && me.role !== 'admin') {
        throw new AppError('forbidden', 'Only an admin may see the keys of others.');
      }
      return view(await repo.list({ ownerId: all ? null : me.id }));
    },

    /** The answer is the only place where the secret ever appears. */
    async create(me: Me, input: KeyCreate): Promise<KeyCreated> {
      const secret = mintKeySecret();
      const row = await repo.insert({
        ...input,
        ...storedForm(secret),
        id: newId(),
        ownerId: me.id,
        expiresAt: futureDate(input.expiresAt),
        createdAt: new Date(clock.now()),
      });
      return { key: toView(row, { zone, used: 0, now: clock.now() }), secret };
    },

    /** Throws AppError not_found, for another's key too, and conflict when it is revoked. */
    async update(me: Me, { id, expiresAt, ...change }: KeyUpdate): Promise<KeyView> {
      const end = expiresAt === undefined ? undefined : futureDate(expiresAt);
      const row = await repo.update(id, scopeOf(me), { ...change, expiresAt: end });
      if (!row) throw await whyNot(me, id);
      lookup.forgetKeys([id]);
      return viewOne(row);
    },

    /** Ends a key for good; the next call with it is refused. Throws AppError not_found. */
    async revoke(me: Me, id: string): Promise<KeyView> {
      const row = await repo.revoke(id, scopeOf(me), new Date(clock.now()));
      lookup.forgetKeys([id]);
      if (!row) throw noKey();
      return viewOne(row);
    },
  };

  async function whyNot(me: Me, id: string): Promise<AppError> {
    if (!(await repo.find(id, scopeOf(me)))) return noKey();
    return new AppError('conflict', 'A revoked key cannot be changed. Create a new one.');
  }
}
export type KeysService = ReturnType<typeof createKeysService>;

function scopeOf(me: Me): KeyScope {
  return { ownerId: me.role === 'admin' ? null : me.id };
}

function noKey() {
  return new AppError('not_found', 'There is no such key, or it is not yours.');
}

type Facts = { zone: string; used: number; now: number };

function toView(row: KeyRow, { zone, used, now }: Facts): KeyView {
  const { revokedAt, expiresAt, lastUsedAt, createdAt, ...rest } = row;
  const expired = expiresAt !== null && expiresAt.getTime() <= now;
  return {
    ...rest,
    state: revokedAt ? 'revoked' : expired ? 'expired' : 'active',
    tokensToday: used,
    zone,
    expiresAt: expiresAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  };
}
