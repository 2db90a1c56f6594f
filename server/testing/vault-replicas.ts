import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Alerts } from '#server/features/alerts/index.ts';
import { createVault, type Vault } from '#server/features/vault/index.ts';
import { type Cipher, createCipher } from '#server/infra/cipher.ts';
import { type Clock, systemClock } from '#server/infra/clock.ts';
import { createEvents } from '#server/infra/events.ts';
import { newId } from '#server/infra/ids.ts';
import { createLog } from '#server/infra/log.ts';
import { createOutbound, type Outbound } from '#server/infra/outbound/index.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import { createTestDatabase } from './postgres.ts';

const PLATFORM = 'openai';

export type Replica = {
  vault: Vault;
  dataDir: string;
  stop(): Promise<void>;
  /** Leaves it as a kill does: nothing is ended. Gives a folder with what it had written till then. */
  abandon(): Promise<string>;
};

export type ReplicaOptions = {
  /** Of an earlier one that was killed. */
  dataDir?: string;
  clock?: Clock;
  databaseTime?: () => Date;
  /** Stands between the vault and the database. */
  pool?: (pool: pg.Pool) => pg.Pool;
  outbound?: (outbound: Outbound) => Outbound;
  cipher?: Cipher;
  graceMs?: number;
  alerts?: Pick<Alerts, 'raise' | 'resolve'>;
};

/** Servers with a vault each over one database, in front of an authorization server. */
export async function vaultReplicas(issuer: AuthorizationServer) {
  const database = await createTestDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 20 });
  // What a killed server leaves open is cut when the database goes, and so may be what is just closing.
  pool.on('connect', (client) => client.on('error', () => undefined));
  pool.on('error', () => undefined);
  const log = createLog({ level: 'silent' });
  const cipher = createCipher({ current: 'k1', keys: { k1: Buffer.alloc(32, 7) } });
  const events = createEvents({ url: database.url, log, clock: systemClock });
  await events.start();
  const folders: string[] = [];
  const stops = new Set<() => Promise<void>>();
  const errors: unknown[] = [];
  const outbounds: Outbound[] = [];
  const [ownerId, clientId] = [newId(), newId()];
  await pool.query(`INSERT INTO users (id, username) VALUES ($1, 'ada')`, [ownerId]);
  await pool.query(
    `INSERT INTO oauth_clients (id, platform_id, name, client_id, token_endpoint, scopes)
     VALUES ($1, $2, 'test', 'client', $3, '{}')`,
    [clientId, PLATFORM, issuer.tokenEndpoint],
  );

  async function server(options: ReplicaOptions = {}): Promise<Replica> {
    const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'vault-')));
    folders.push(dataDir);
    const plain = createOutbound({ allow: ['127.0.0.1'], log: { warn: () => undefined } });
    outbounds.push(plain);
    const outbound = options.outbound?.(plain) ?? plain;
    const vault = await createVault({
      pool: options.pool?.(pool) ?? pool,
      ...{ cipher: options.cipher ?? cipher, outbound, log, dataDir },
      dispatch: () => outbound,
      changes: events,
      alerts: options.alerts ?? { raise: () => undefined, resolve: () => undefined },
      clock: options.clock ?? systemClock,
      random: () => 0.5,
      isPlatform: (id) => id === PLATFORM,
      reload: () => Promise.resolve(),
      onError: (error) => errors.push(error),
      ...(options.databaseTime && { databaseTime: options.databaseTime }),
      times: { graceMs: options.graceMs ?? 600_000, waitMs: 10_000 },
    });
    const stop = async () => {
      if (!stops.delete(stop)) return;
      await vault.close();
    };
    stops.add(stop);
    const abandon = async () => {
      stops.delete(stop);
      const left = await mkdtemp(join(tmpdir(), 'vault-'));
      folders.push(left);
      const filter = (path: string) => !path.includes('journal.lock');
      await cp(dataDir, left, { recursive: true, filter });
      return left;
    };
    return { vault, dataDir, stop, abandon };
  }

  return {
    server,
    pool,
    errors,
    ownerId,
    clientId,
    /** A new sign-in at the issuer, put into the vault. */
    async account(vault: Vault, more: object = {}) {
      const token = issuer.family();
      const [added] = await vault.add([
        {
          ownerId,
          platformId: PLATFORM,
          name: `a ${newId()}`,
          refreshToken: token,
          clientId,
          ...more,
        },
      ]);
      if (added?.kind !== 'created') throw new Error(JSON.stringify(added));
      return { id: added.accountId, token, ...added };
    },
    async [Symbol.asyncDispose]() {
      for (const stop of [...stops]) await stop();
      for (const outbound of outbounds) await outbound.close();
      await events.stop();
      await pool.end();
      await database[Symbol.asyncDispose]();
      for (const folder of folders) await rm(folder, { recursive: true, force: true });
    },
  };
}
export type VaultReplicas = Awaited<ReturnType<typeof vaultReplicas>>;
