import type { Pool, PoolClient } from 'pg';
import { z } from 'zod';
import type { Clock } from '../../infra/clock.ts';
import { notifySql } from '../../infra/events.ts';
import { newId, sha256hex } from '../../infra/ids.ts';
import { type AccountCipher, sealKey } from '../accounts/index.ts';
import { nextAfterSuccess } from './plan.ts';
import { inTx } from './transaction.ts';
import type { Added, NewVaultAccount, VaultSettings } from './vault.types.ts';
import { sealToken } from './vault-seals.ts';

export type VaultAddDeps = {
  pool: Pick<Pool, 'connect'>;
  cipher: AccountCipher;
  clock: Clock;
  isPlatform(id: string): boolean;
  settings(): VaultSettings;
};

const MOST_AT_ONCE = 500;
const LONGEST_TOKEN = 16_384;

type Wanted = { index: number; row: NewVaultAccount; hash: string };
type Insert = ReturnType<ReturnType<typeof createVaultAdd>['insertOf']>;

const NOTHING_TOLD = {
  accessExpiresAt: null,
  autoRefresh: true,
  refreshedAt: null,
  ...{ email: null, userName: '', plan: '', subject: null, memo: '' },
  ...{ clientId: null, proxyId: null, number: null },
};

function plainColumns(row: NewVaultAccount, now: number) {
  const all = { ...NOTHING_TOLD, ...row };
  return {
    ...{ access_expires_at: all.accessExpiresAt, auto_refresh: all.autoRefresh },
    refreshed_at: all.refreshedAt,
    ...{ email: all.email, user_name: all.userName, plan: all.plan, subject: all.subject },
    ...{ tags: all.tags ?? [], memo: all.memo, number: all.number },
    ...{ client_id: all.clientId, proxy_id: all.proxyId },
    created_at: all.createdAt ?? new Date(now),
  };
}

/** Puts accounts into the vault, hundreds in one transaction. */
export function createVaultAdd({ cipher, clock, isPlatform, pool, settings }: VaultAddDeps) {
  /** One row's columns, sealed. */
  function insertOf({ hash, row }: Wanted, taken: { name: string; bizId: string }) {
    const id = newId(clock);
    const now = clock.now();
    const key = row.accessToken ? sealKey(cipher, id, row.accessToken) : null;
    const expiresAt = row.accessExpiresAt?.getTime() ?? null;
    const next = key ? nextAfterSuccess(id, expiresAt, now, settings()) : now;
    const off = row.enabled === false;
    return {
      ...{ id, owner_id: row.ownerId, platform_id: row.platformId, name: taken.name },
      ...{ secret: key?.secret ?? null, secret_hint: key?.secretHint ?? '' },
      ...{ state: off ? 'disabled' : 'active', state_cause: off ? 'person' : null },
      biz_id: taken.bizId,
      refresh_token: sealToken(cipher, id, row.refreshToken),
      refresh_hash: hash,
      next_refresh_at: new Date(next),
      now: new Date(now),
      ...plainColumns(row, now),
    };
  }

  async function addChunk(rows: readonly NewVaultAccount[]): Promise<Added[]> {
    const results: (Added | undefined)[] = rows.map((row) => refusalOf(row, isPlatform));
    const wanted = rows
      .map((row, index) => ({ row, index, hash: sha256hex(row.refreshToken.trim()) }))
      .filter(({ index }) => results[index] === undefined)
      .map((one) => ({ ...one, row: { ...one.row, refreshToken: one.row.refreshToken.trim() } }));
    const inserts = await inTx(pool, async (client) => {
      // NOTE: two who add the same at once would break each other's transaction.
      await client.query(`SELECT pg_advisory_xact_lock(hashtext('vault.add'))`);
      const there = await thereAlready(client, wanted);
      const made = wanted.flatMap((one) => {
        const known = there.hashes.get(one.hash);
        if (known !== undefined) {
          results[one.index] = { kind: 'known', accountId: known };
          return [];
        }
        const bizId = one.row.bizId?.trim() || newId(clock).replaceAll('-', '');
        const refusal = refusedBy(there, one.row, bizId);
        if (refusal) {
          results[one.index] = refusal;
          return [];
        }
        const insert = insertOf(one, { bizId, name: freeName(there.names, one.row) });
        there.hashes.set(one.hash, insert.id);
        there.bizIds.add(bizId);
        return [{ index: one.index, insert }];
      });
      const numbers = await write(
        client,
        made.map(({ insert }) => insert),
      );
      return made.map(({ index, insert }) => ({
        index,
        insert,
        number: numbers.get(insert.id) ?? 0,
      }));
    });
    for (const { index, insert, number } of inserts) {
      results[index] = { kind: 'created', accountId: insert.id, bizId: insert.biz_id, number };
    }
    return results.map((result) => result ?? refused('token', 'It could not be added.'));
  }

  return {
    insertOf,

    async add(rows: readonly NewVaultAccount[]): Promise<Added[]> {
      const all: Added[] = [];
      for (let from = 0; from < rows.length; from += MOST_AT_ONCE) {
        all.push(...(await addChunk(rows.slice(from, from + MOST_AT_ONCE))));
      }
      return all;
    },
  };
}

function refused(reason: Extract<Added, { kind: 'refused' }>['reason'], text: string): Added {
  return { kind: 'refused', reason, text };
}

function refusalOf(
  { platformId, refreshToken }: NewVaultAccount,
  isPlatform: (id: string) => boolean,
): Added | undefined {
  const token = refreshToken.trim();
  const isToken = token !== '' && token.length <= LONGEST_TOKEN && !/[\s\p{Cc}]/u.test(token);
  if (!isToken) return refused('token', 'This is not a refresh token.');
  return isPlatform(platformId)
    ? undefined
    : refused('platform', `There is no platform "${platformId}".`);
}

type There = {
  hashes: Map<string, string>;
  bizIds: Set<string>;
  names: Set<string>;
  owners: Set<string>;
};

function refusedBy(there: There, row: NewVaultAccount, bizId: string): Added | null {
  if (!there.owners.has(row.ownerId)) return refused('owner', 'Its owner does not exist.');
  if (!there.bizIds.has(bizId)) return null;
  return refused('biz_id_taken', `Another account has the business id "${bizId}".`);
}

const Hash = z.object({ account_id: z.string(), hash: z.string() });
const Text = z.object({ text: z.string() });

async function thereAlready(client: PoolClient, wanted: readonly Wanted[]): Promise<There> {
  const texts = async (sql: string, values: unknown[]) => {
    const { rows } = await client.query(sql, values);
    return new Set(rows.map((row) => Text.parse(row).text));
  };
  const hashes = wanted.map(({ hash }) => hash);
  const { rows } = await client.query(
    `SELECT account_id, refresh_hash AS hash FROM vault_tokens WHERE refresh_hash = ANY($1::text[])
     UNION ALL
     SELECT account_id, previous_hash FROM vault_tokens WHERE previous_hash = ANY($1::text[])`,
    [hashes],
  );
  const owners = [...new Set(wanted.map(({ row }) => row.ownerId))];
  return {
    hashes: new Map(rows.map((row) => Hash.parse(row)).map((row) => [row.hash, row.account_id])),
    bizIds: await texts(`SELECT biz_id AS text FROM vault_tokens WHERE biz_id = ANY($1::text[])`, [
      wanted.flatMap(({ row }) => row.bizId?.trim() || []),
    ]),
    names: await texts(
      `SELECT owner_id || ' ' || platform_id || ' ' || name AS text FROM accounts
       WHERE owner_id = ANY($1::uuid[]) AND name = ANY($2::text[])`,
      [owners, wanted.map(({ row }) => row.name)],
    ),
    owners: await texts('SELECT id::text AS text FROM users WHERE id = ANY($1::uuid[])', [owners]),
  };
}

/** The wished name, or with a few characters behind it that nobody else has. */
function freeName(names: Set<string>, { name, ownerId, platformId }: NewVaultAccount): string {
  const place = (text: string) => `${ownerId} ${platformId} ${text}`;
  const free = names.has(place(name)) ? `${name} ${newId().slice(-6)}` : name;
  names.add(place(free));
  return free;
}

const Numbered = z.object({ account_id: z.string(), number: z.number() });

async function write(client: PoolClient, inserts: readonly Insert[]): Promise<Map<string, number>> {
  if (inserts.length === 0) return new Map();
  const rows = JSON.stringify(inserts);
  await client.query(
    `INSERT INTO accounts (id, owner_id, platform_id, name, kind, secret, secret_hint, state,
       state_cause, state_since, policy_class, created_at, updated_at)
     SELECT id, owner_id, platform_id, name, 'oauth', secret, secret_hint, state::account_state,
       state_cause, now, 'personal', now, now
     FROM jsonb_to_recordset($1::jsonb) AS r (id uuid, owner_id uuid, platform_id text, name text,
       secret text, secret_hint text, state text, state_cause text, now timestamptz)`,
    [rows],
  );
  // Numbers they had elsewhere first, where these are free; then the count goes on behind the highest.
  const numbered = await client.query(`${INSERT_TOKENS} RETURNING account_id, number`, [rows]);
  const told = notifySql('accounts', { ids: inserts.map(({ id }) => id) });
  await client.query(told.text, told.values);
  return new Map(
    numbered.rows.map((row) => Numbered.parse(row)).map((row) => [row.account_id, row.number]),
  );
}

const SEQUENCE = `pg_get_serial_sequence('vault_tokens', 'number')`;
const INSERT_TOKENS = `WITH r AS (
    SELECT r.*, row_number() OVER (PARTITION BY r.number ORDER BY r.id) = 1 AND r.number > 0
        AND NOT EXISTS (SELECT 1 FROM vault_tokens o WHERE o.number = r.number) AS free
    FROM jsonb_to_recordset($1::jsonb) AS r (id uuid, biz_id text, refresh_token text,
      refresh_hash text, access_expires_at timestamptz, auto_refresh boolean,
      next_refresh_at timestamptz, refreshed_at timestamptz, email text, user_name text, plan text,
      subject text, tags jsonb, memo text, client_id uuid, proxy_id uuid, number int,
      created_at timestamptz, now timestamptz)),
  past AS (
    SELECT setval(${SEQUENCE}, GREATEST((SELECT max(number) FROM r WHERE free),
      nextval(${SEQUENCE}))) AS at FROM (SELECT 1) AS one WHERE EXISTS (SELECT 1 FROM r WHERE free))
  INSERT INTO vault_tokens (account_id, biz_id, refresh_token, refresh_hash, access_expires_at,
    auto_refresh, next_refresh_at, refreshed_at, email, user_name, plan, subject, tags, memo,
    client_id, proxy_id, number, created_at, updated_at)
  SELECT r.id, r.biz_id, r.refresh_token, r.refresh_hash, r.access_expires_at, r.auto_refresh,
    r.next_refresh_at, r.refreshed_at, r.email, r.user_name, r.plan, r.subject,
    ARRAY(SELECT jsonb_array_elements_text(r.tags)), r.memo, r.client_id, r.proxy_id,
    CASE WHEN r.free THEN r.number
      ELSE (SELECT COALESCE(max(at), 0) * 0 FROM past) + nextval(${SEQUENCE}) END,
    r.created_at, r.now
  FROM r`;
