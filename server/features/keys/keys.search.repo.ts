import { z } from 'zod';
import { type KeyFilter, type KeyFound, type KeySort, KeyState } from '#shared/schemas/keys.ts';
import type { Db } from '../../infra/prisma/client.ts';
import { Prisma } from '../../infra/prisma/generated/client.ts';
import type { KeyPlace } from './keys.cursor.ts';
import type { Whose } from './keys.repo.ts';

/** Which keys; `now` is what ends are held against. */
type Asked = Whose & { filter: KeyFilter; now: Date };
type PageQuery = Asked & {
  sort: KeySort;
  descending: boolean;
  after: KeyPlace | null;
  limit: number;
};
type NamesQuery = Whose & { words: string; ids: readonly string[] | null; limit: number };

/**
 * What keys are sorted by, and how that is made of the text in a cursor. Names are compared as the
 * database lowers them, on both sides.
 */
const SORTS: Readonly<
  Record<KeySort, { key: Prisma.Sql; shown: Prisma.Sql; read: (text: string) => Prisma.Sql }>
> = {
  created: time(Prisma.sql`k.created_at`),
  name: text(Prisma.sql`k.name`),
  owner: text(Prisma.sql`u.username`),
  expires: time(Prisma.sql`COALESCE(k.expires_at, 'infinity')`),
  used: time(Prisma.sql`COALESCE(k.last_used_at, '-infinity')`),
};

function text(column: Prisma.Sql) {
  return {
    key: Prisma.sql`lower(${column})`,
    shown: column,
    read: (from: string) => Prisma.sql`lower(${from}::text)`,
  };
}

function time(key: Prisma.Sql) {
  return {
    key,
    shown: Prisma.sql`CASE WHEN isfinite(${key})
      THEN to_char(${key} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
      ELSE (${key})::text END`,
    read: (from: string) => Prisma.sql`${from}::text::timestamptz`,
  };
}

const Place = z.object({ id: z.string(), key: z.string() });
const Count = z.object({ state: KeyState, count: z.number() });

/** Keys by what is asked for, thousands of them. */
export function createKeysSearchRepo(db: Db) {
  return {
    /** A page of ids with what they are sorted by. */
    async page({ after, descending, limit, sort, ...asked }: PageQuery): Promise<KeyPlace[]> {
      const { key, read, shown } = SORTS[sort];
      const way = descending ? Prisma.sql`DESC` : Prisma.sql`ASC`;
      const than = descending ? Prisma.sql`<` : Prisma.sql`>`;
      const next = after
        ? Prisma.sql`AND (${key}, k.id) ${than} (${read(after.key)}, ${after.id}::uuid)`
        : Prisma.empty;
      const rows = await db.$queryRaw`
        SELECT k.id::text, ${shown} AS key FROM api_keys k JOIN users u ON u.id = k.owner_id
        WHERE ${fits(asked)} AND ${stateFits(asked)} ${next}
        ORDER BY ${key} ${way}, k.id ${way} LIMIT ${limit}`;
      return z.array(Place).parse(rows);
    },

    /** How many of each state fit, whatever state the filter asks for. */
    async counts(asked: Asked): Promise<Record<KeyState, number>> {
      const rows = await db.$queryRaw`
        SELECT ${stateAt(asked.now)} AS state, count(*)::int
        FROM api_keys k JOIN users u ON u.id = k.owner_id WHERE ${fits(asked)} GROUP BY 1`;
      const none = { active: 0, disabled: 0, expired: 0, revoked: 0 };
      const found = z.array(Count).parse(rows);
      return { ...none, ...Object.fromEntries(found.map(({ count, state }) => [state, count])) };
    },

    /** The newest that fit; with `ids` those. */
    names: ({ ids, limit, ownerId, words }: NamesQuery): Promise<KeyFound[]> =>
      db.$queryRaw`
        SELECT k.id::text, k.name, u.username AS "ownerName"
        FROM api_keys k JOIN users u ON u.id = k.owner_id
        WHERE ${fits({ ownerId, filter: { search: words } })}
          AND (${ids}::uuid[] IS NULL OR k.id = ANY(${ids}::uuid[]))
        ORDER BY k.created_at DESC, k.id DESC LIMIT ${limit}`,
  };
}
export type KeysSearchRepo = ReturnType<typeof createKeysSearchRepo>;

function fits({ filter, ownerId }: Pick<Asked, 'filter' | 'ownerId'>): Prisma.Sql {
  const words = (filter.search ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const rules = [Prisma.sql`TRUE`];
  if (words.length > 0) {
    rules.push(Prisma.sql`NOT EXISTS (SELECT 1 FROM unnest(${words}::text[]) AS w (word)
      WHERE strpos(lower(concat_ws(' ', k.name, k.description, k.prefix, u.username,
        array_to_string(k.allowed_models, ' '))), w.word) = 0)`);
  }
  if (ownerId !== null) rules.push(Prisma.sql`k.owner_id = ${ownerId}::uuid`);
  if (filter.ownerId !== undefined) rules.push(Prisma.sql`k.owner_id = ${filter.ownerId}::uuid`);
  if (filter.scope !== undefined) {
    // One without any is for everything.
    rules.push(Prisma.sql`(cardinality(k.scopes) = 0 OR ${filter.scope} = ANY(k.scopes))`);
  }
  return Prisma.join(rules, ' AND ');
}

function stateFits({ filter, now }: Asked): Prisma.Sql {
  if (filter.state !== undefined) return Prisma.sql`${stateAt(now)} = ${filter.state}`;
  return filter.withRevoked ? Prisma.sql`TRUE` : Prisma.sql`k.revoked_at IS NULL`;
}

/** NOTE: as `stateOf` of the service tells it of a row. */
function stateAt(now: Date): Prisma.Sql {
  return Prisma.sql`CASE WHEN k.revoked_at IS NOT NULL THEN 'revoked'
    WHEN k.expires_at <= ${now} THEN 'expired'
    WHEN k.disabled_at IS NOT NULL THEN 'disabled' ELSE 'active' END`;
}
