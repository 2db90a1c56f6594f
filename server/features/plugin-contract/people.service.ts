import { randomBytes } from 'node:crypto';
import { AppError } from '#shared/errors.ts';
import { covers } from '#shared/permissions.ts';
import { Id } from '#shared/schemas/common.ts';
import type { Clock } from '../../infra/clock.ts';
import { newId } from '../../infra/ids.ts';
import type { Tx } from '../../infra/prisma/client.ts';
import { type Audit, by } from '../audit/index.ts';
import { mintKeySecret, storedForm } from '../keys/index.ts';
import type { SessionsService } from '../sessions/index.ts';
import type { UsersService } from '../users/index.ts';
import {
  type ContractPeopleRepo,
  KEY_NAME,
  type PersonRow,
  type StoredKey,
} from './people.repo.ts';
import { isPluginAdmin, type Requester, requireAdmin, requirePerson } from './requester.ts';
import { userNamesFor } from './user-names.ts';

export type ContractPeopleDeps = {
  repo: ContractPeopleRepo;
  users: Pick<UsersService, 'delete' | 'update'>;
  sessions: Pick<SessionsService, 'prefer'>;
  audit: Pick<Audit, 'note'>;
  /** A key that changed is not believed any longer, without waiting for the event to come round. */
  forgetKeys(ids: readonly string[]): void;
  clock: Pick<Clock, 'now'>;
};

/** 0 and 1, as they stand for no and yes there. */
export type Flag = 0 | 1;

/** People as the Plug-in API has them: made and managed with the admin key, each with one key. */
export function createContractPeople(deps: ContractPeopleDeps) {
  const { audit, clock, repo, sessions, users } = deps;

  async function find(id: string): Promise<PersonRow> {
    const row = Id.safeParse(id).success ? await repo.find(id) : null;
    if (!row) throw noUser();
    return row;
  }

  function newKey(): { secret: string; stored: StoredKey } {
    const secret = mintKeySecret(undefined, 'sk-');
    const createdAt = new Date(clock.now());
    return { secret, stored: { id: newId(clock), ...storedForm(secret), createdAt } };
  }

  async function noteKey(
    tx: Tx,
    who: Requester,
    action: 'keys.create' | 'keys.rotate',
    { id, was, prefix }: { id: string; was: string | null; prefix: string },
  ): Promise<void> {
    const target = { kind: 'key' as const, id, name: KEY_NAME };
    const before = was === null ? null : { prefix: was };
    await audit.note(tx, { ...by(who, who.me), action, target, before, after: { prefix } });
  }

  return {
    /** A person without a password, and a key; its secret is in this answer only. */
    async create(who: Requester, input: { name: string | null; preferShared: boolean }) {
      requireAdmin(who);
      const { name, preferShared } = input;
      const { secret, stored } = newKey();
      const names = userNamesFor(name, () => randomBytes(4).toString('hex'));
      const user = await repo.inTx(async (tx) => {
        const person = { id: newId(clock), displayName: name ?? '', preferShared };
        const made = await repo.insert(tx, { ...person, createdAt: stored.createdAt }, names);
        if (!made) throw new AppError('conflict', 'No user name was free. Try again.');
        await repo.insertKey(tx, made.id, stored);
        await audit.note(tx, {
          ...by(who, who.me),
          action: 'users.create',
          target: { kind: 'user', id: made.id, name: made.username },
          after: { username: made.username, displayName: name ?? '', role: 'member' },
        });
        await noteKey(tx, who, 'keys.create', { id: stored.id, was: null, prefix: stored.prefix });
        return made;
      });
      return { user, secret };
    },

    /** Newest first. */
    list(who: Requester): Promise<PersonRow[]> {
      requireAdmin(who);
      return repo.list();
    },

    /** Whoever asks. */
    self(who: Requester): Promise<PersonRow> {
      requirePerson(who);
      return find(who.me.id);
    },

    /**
     * Another secret for the person's key there; the one before ends with it. Their other keys stay.
     * Throws not_found; forbidden for somebody whose role allows more than a member's.
     */
    async regenerateKey(who: Requester, userId: string): Promise<string> {
      requireAdmin(who);
      await find(userId);
      const { secret, stored } = newKey();
      const changed = await repo.inTx(async (tx) => {
        const permissions = await repo.lock(tx, userId);
        if (!permissions) throw noUser();
        if (!covers(who.me, permissions)) throw mayMore();
        const present = await repo.findKey(tx, userId);
        const { prefix } = stored;
        if (present) {
          await repo.replaceSecret(tx, present.id, stored);
          const change = { id: present.id, was: present.prefix, prefix };
          await noteKey(tx, who, 'keys.rotate', change);
          return present.id;
        }
        await repo.insertKey(tx, userId, stored);
        await noteKey(tx, who, 'keys.create', { id: stored.id, was: null, prefix });
        return stored.id;
      });
      deps.forgetKeys([changed]);
      return secret;
    },

    /** Disables or enables. Throws not_found, forbidden like `regenerateKey`, conflict for the last admin. */
    async setStatus(who: Requester, userId: string, status: Flag): Promise<void> {
      requireAdmin(who);
      const person = await find(userId);
      if (statusOf(person) === status) return;
      const state = status === 1 ? 'active' : 'disabled';
      await users.update({ ...who, proved: true }, { id: userId, state });
    },

    /** Which accounts are asked first. Throws forbidden for another person's, not_found. */
    async setPreference(who: Requester, userId: string, preferShared: boolean): Promise<void> {
      if (!isPluginAdmin(who) && who.me.id !== userId) {
        throw new AppError('forbidden', 'This is for the person themselves, or the admin key.');
      }
      const { id, username, displayName } = await find(userId);
      const person = { id, username, displayName, role: 'member', permissions: [] };
      await sessions.prefer(person, { preferShared });
    },

    /** With all that is theirs. Throws like `setStatus`. */
    async delete(who: Requester, userId: string): Promise<void> {
      requireAdmin(who);
      await find(userId);
      await users.delete({ ...who, proved: true }, { id: userId });
    },
  };
}

/** Silenced people are not disabled: switching them on changes nothing. */
export function statusOf({ state }: Pick<PersonRow, 'state'>): Flag {
  return state === 'active' || state === 'silenced' ? 1 : 0;
}

function noUser(): AppError {
  return new AppError('not_found', 'There is no such user.');
}

function mayMore(): AppError {
  return new AppError(
    'forbidden',
    'This person manages others here, so their keys are made in the console only.',
  );
}
