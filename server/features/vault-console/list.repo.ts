import { z } from 'zod';
import type { VaultCalendar, VaultFilter, VaultSort } from '#shared/schemas/vault.ts';
import type { Db } from '../../infra/prisma/client.ts';
import { Prisma } from '../../infra/prisma/generated/client.ts';
import type { KeyKind, Place } from './cursor.ts';

/** Whose accounts: everybody's, or one person's. */
export type Scope = 'all' | { ownerId: string };

type PageQuery = {
  scope: Scope;
  filter: VaultFilter;
  sort: VaultSort;
  descending: boolean;
  after: Place | null;
  limit: number;
};

type Order = {
  kind: KeyKind;
  key: Prisma.Sql;
  shown: Prisma.Sql;
  read: (text: string) => Prisma.Sql;
};

/** What rows are sorted by, and how that is made of the text in a cursor. */
const SORTS: Readonly<Record<VaultSort, Order>> = {
  number: {
    kind: 'number',
    key: Prisma.sql`v.number`,
    shown: Prisma.sql`v.number::text`,
    read: (from) => Prisma.sql`${from}::text::int`,
  },
  bizId: text(Prisma.sql`v.biz_id`),
  email: text(Prisma.sql`COALESCE(v.email, '')`),
  userName: text(Prisma.sql`v.user_name`),
  plan: text(Prisma.sql`v.plan`),
  owner: text(Prisma.sql`u.username`),
  refreshed: time(Prisma.sql`COALESCE(v.refreshed_at, '-infinity')`),
  next: time(Prisma.sql`COALESCE(v.next_refresh_at, 'infinity')`),
  expires: time(Prisma.sql`COALESCE(v.access_expires_at, 'infinity')`),
};

function text(column: Prisma.Sql): Order {
  return {
    kind: 'text',
    key: Prisma.sql`lower(${column})`,
    shown: column,
    read: (from) => Prisma.sql`lower(${from}::text)`,
  };
}

function time(key: Prisma.Sql): Order {
  return {
    kind: 'time',
    key,
    shown: Prisma.sql`CASE WHEN isfinite(${key})
      THEN to_char(${key} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
      ELSE (${key})::text END`,
    read: (from) => Prisma.sql`${from}::text::timestamptz`,
  };
}

/** What the key of a sort is. */
export function keyKindOf(sort: VaultSort): KeyKind {
  return SORTS[sort].kind;
}

const Places = z.array(z.object({ id: z.string(), key: z.string() }));
const Counts = z.array(z.object({ count: z.number() }));
const Days = z.array(z.object({ day: z.string(), expires: z.number(), refreshes: z.number() }));

const FROM = Prisma.sql`FROM vault_tokens v JOIN accounts a ON a.id = v.account_id
  JOIN users u ON u.id = a.owner_id`;

/** Which accounts fit, tens of thousands of them. Deleted ones never do. */
export function createVaultListRepo(db: Db) {
  return {
    /** A page of ids with what they are sorted by. */
    async page({ after, descending, limit, sort, ...asked }: PageQuery): Promise<Place[]> {
      const { key, read, shown } = SORTS[sort];
      const way = descending ? Prisma.sql`DESC` : Prisma.sql`ASC`;
      const than = descending ? Prisma.sql`<` : Prisma.sql`>`;
      const next = after
        ? Prisma.sql`AND (${key}, v.account_id) ${than} (${read(after.key)}, ${after.id}::uuid)`
        : Prisma.empty;
      const rows = await db.$queryRaw`
        SELECT v.account_id::text AS id, ${shown} AS key ${FROM} WHERE ${fits(asked)} ${next}
        ORDER BY ${key} ${way}, v.account_id ${way} LIMIT ${limit}`;
      return Places.parse(rows);
    },

    async count(asked: Pick<PageQuery, 'scope' | 'filter'>): Promise<number> {
      const rows = await db.$queryRaw`SELECT count(*)::int ${FROM} WHERE ${fits(asked)}`;
      return Counts.parse(rows)[0]?.count ?? 0;
    },

    /** How many access tokens end and how many refreshes are due each day that has any. */
    async calendar(
      scope: Scope,
      { before, from, zone }: { from: Date; before: Date; zone: string },
    ): Promise<VaultCalendar> {
      const within = (column: Prisma.Sql) =>
        Prisma.sql`${column} >= ${from} AND ${column} < ${before}`;
      const [expires, due] = [Prisma.sql`v.access_expires_at`, Prisma.sql`v.next_refresh_at`];
      const rows = await db.$queryRaw`
        SELECT to_char(t.at AT TIME ZONE ${zone}, 'YYYY-MM-DD') AS day,
          count(*) FILTER (WHERE t.ends)::int AS expires,
          count(*) FILTER (WHERE NOT t.ends)::int AS refreshes
        FROM (
          SELECT ${expires} AS at, true AS ends ${FROM}
            WHERE ${fits({ scope, filter: {} })} AND ${within(expires)}
          UNION ALL
          SELECT ${due}, false ${FROM}
            WHERE ${fits({ scope, filter: {} })} AND ${within(due)}
              AND v.auto_refresh AND a.state <> 'disabled'
        ) t GROUP BY 1 ORDER BY 1`;
      return Days.parse(rows);
    },
  };
}
export type VaultListRepo = ReturnType<typeof createVaultListRepo>;

function fits({ filter, scope }: Pick<PageQuery, 'filter' | 'scope'>): Prisma.Sql {
  const rules = [
    Prisma.sql`v.deleted_until IS NULL`,
    ...(scope === 'all' ? [] : [Prisma.sql`a.owner_id = ${scope.ownerId}::uuid`]),
    ...textRules(filter),
    ...choiceRules(filter),
    ...timeRules(filter),
  ];
  return Prisma.join(rules, ' AND ');
}

function textRules({ bizId, email, plan, tag }: VaultFilter): Prisma.Sql[] {
  const holds = (column: Prisma.Sql, part: string | undefined) =>
    part ? [Prisma.sql`strpos(lower(${column}), lower(${part}::text)) > 0`] : [];
  return [
    ...holds(Prisma.sql`v.biz_id`, bizId),
    ...holds(Prisma.sql`v.email`, email),
    ...holds(Prisma.sql`v.plan`, plan),
    ...(tag
      ? [
          Prisma.sql`EXISTS (SELECT 1 FROM unnest(v.tags) AS t (tag)
            WHERE strpos(lower(t.tag), lower(${tag}::text)) > 0)`,
        ]
      : []),
  ];
}

function choiceRules(filter: VaultFilter): Prisma.Sql[] {
  const { clientId, enabled, failure, ownerId, platformId, proxyId } = filter;
  const isIn = (column: Prisma.Sql, id: string | null | undefined) => {
    if (id === undefined) return [];
    return [id === null ? Prisma.sql`${column} IS NULL` : Prisma.sql`${column} = ${id}::uuid`];
  };
  const rules = [
    ...isIn(Prisma.sql`a.owner_id`, ownerId),
    ...isIn(Prisma.sql`v.proxy_id`, proxyId),
    ...isIn(Prisma.sql`v.client_id`, clientId),
  ];
  if (platformId) rules.push(Prisma.sql`a.platform_id = ${platformId}`);
  if (failure) rules.push(Prisma.sql`v.failure = ${failure}`);
  if (enabled !== undefined) rules.push(Prisma.sql`(a.state <> 'disabled') = ${enabled}`);
  return rules;
}

function timeRules(filter: VaultFilter): Prisma.Sql[] {
  const [made, ends, due] = [
    Prisma.sql`v.created_at`,
    Prisma.sql`v.access_expires_at`,
    Prisma.sql`v.next_refresh_at`,
  ];
  const from = (column: Prisma.Sql, at: string | undefined) =>
    at ? [Prisma.sql`${column} >= ${new Date(at)}`] : [];
  const before = (column: Prisma.Sql, at: string | undefined) =>
    at ? [Prisma.sql`${column} < ${new Date(at)}`] : [];
  return [
    ...from(made, filter.createdFrom),
    ...before(made, filter.createdBefore),
    ...from(ends, filter.expiresFrom),
    ...before(ends, filter.expiresBefore),
    ...from(due, filter.refreshFrom),
    ...before(due, filter.refreshBefore),
  ];
}
