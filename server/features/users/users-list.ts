import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import { requirePermission } from '#shared/permissions.ts';
import { Id } from '#shared/schemas/common.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type {
  EndDevices,
  UserDevice,
  UserFilter,
  UserName,
  UserNamesInput,
  UsersExportQuery,
  UsersListInput,
  UsersPage,
  UserView,
} from '#shared/schemas/users.ts';
import type { Actor } from '../audit/index.ts';
import { exportUsers } from './export-lines.ts';
import type { UsersGuard } from './users.guard.ts';
import type { UsersRepo } from './users.repo.ts';
import type { Place, UsersListRepo } from './users-list.repo.ts';

type UsersListDeps = {
  repo: Pick<UsersRepo, 'views' | 'inTx' | 'find' | 'announce'>;
  list: UsersListRepo;
  guard: UsersGuard;
};

/** Names offered in a field at once. */
const MOST_NAMES = 50;
const EXPORT_PAGE = 1_000;
const Cursor = z.tuple([z.string().max(200), Id]);

/** People as those see them who look after them: lists, names, devices, files. */
export function createUsersList({ guard, list, repo }: UsersListDeps) {
  async function page(query: Omit<UsersListInput, 'cursor'> & { after: Place | null }) {
    const found = await list.page({ ...query, limit: query.limit + 1 });
    const places = found.slice(0, query.limit);
    const last = found.length > query.limit ? places.at(-1) : undefined;
    return { rows: await repo.views(places.map(({ id }) => id)), last: last ?? null };
  }

  async function* all(filter: UserFilter): AsyncGenerator<UserView[]> {
    const query = { filter, sort: 'name', descending: false, limit: EXPORT_PAGE } as const;
    for (let after: Place | null = null; ; ) {
      const { last, rows } = await page({ ...query, after });
      yield rows;
      if (!last) return;
      after = last;
    }
  }

  return {
    /** Those that fit, a page at a time. Throws bad_request for a foreign cursor. */
    async list({ cursor, ...query }: UsersListInput): Promise<UsersPage> {
      const after = cursor === undefined ? null : readCursor(cursor, query.sort);
      const [{ last, rows }, counts] = [
        await page({ ...query, after }),
        await list.counts(query.filter),
      ];
      return { rows, counts, nextCursor: last && writeCursor(last) };
    },

    /** @throws AppError not_found */
    async get(id: string): Promise<UserView> {
      const [user] = await repo.views([id]);
      if (!user) throw nobody();
      return user;
    },

    names: ({ ids, search }: UserNamesInput): Promise<UserName[]> =>
      list.names(search, ids ?? null, ids ? ids.length : MOST_NAMES),

    devices: (id: string): Promise<UserDevice[]> => list.devices(id),

    /**
     * Signs somebody out, of one device or of all.
     * @throws AppError forbidden for somebody who may do more; not_found.
     */
    async endDevices(actor: Actor, { deviceId, id }: EndDevices): Promise<void> {
      await repo.inTx(async (tx) => {
        const manager = await guard.asManager(tx, actor.me);
        await guard.lockTarget(tx, manager, id);
        const ended = await list.endDevices(tx, id, deviceId ?? null);
        if (ended === 0 && deviceId !== undefined) {
          throw new AppError('not_found', 'That device is signed out already. Reload the list.');
        }
        await repo.announce(tx, id);
        const user = await repo.find(tx, id);
        const also = { devicesEnded: ended };
        await guard.note(tx, actor, 'users.endSessions', { before: user, after: user, also });
      });
    },

    /** Those that fit, by name, as text of many lines. Throws AppError forbidden. */
    exported(me: Me, { format, ...filter }: UsersExportQuery): AsyncGenerator<string> {
      requirePermission(me, 'users.read');
      return exportUsers(all(filter), format);
    },
  };
}

function writeCursor({ id, key }: Place): string {
  return Buffer.from(JSON.stringify([key, id])).toString('base64url');
}

/** NOTE: it grants nothing, so it is not signed; what the sort cannot read is refused here. */
function readCursor(text: string, sort: UsersListInput['sort']): Place {
  const found = Cursor.safeParse(parsed(Buffer.from(text, 'base64url').toString()));
  if (found.success && READABLE[sort](found.data[0])) {
    return { key: found.data[0], id: found.data[1] };
  }
  throw new AppError('bad_request', 'This page does not exist; begin with the first one.', {
    param: 'cursor',
  });
}

const isTime = (key: string) =>
  key === '-infinity' ||
  (/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?[+-]\d\d(:\d\d)?$/.test(key) &&
    // Of that shape and yet none, as 2026-99-99: JavaScript tells, with the zone written out.
    Number.isFinite(Date.parse(key.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'))));
const READABLE: Record<UsersListInput['sort'], (key: string) => boolean> = {
  name: (key) => !key.includes('\0'),
  seen: isTime,
  created: isTime,
  trustLevel: (key) => /^[0-4]$/.test(key),
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function nobody(): AppError {
  return new AppError('not_found', 'There is no such user. Reload the list.');
}
