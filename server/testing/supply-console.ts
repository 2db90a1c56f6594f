import { randomBytes } from 'node:crypto';
import {
  createAccountPool,
  createAccountPoolRepo,
  createAccountRecordsRepo,
  createAccountRecordsService,
  createAccountsRepo,
  createAccountsService,
} from '#server/features/accounts/index.ts';
import {
  createModelCatalogue,
  createModelsRepo,
  createModelsService,
  createPricesRepo,
  createPricesService,
} from '#server/features/models/index.ts';
import { createPlatformsRepo, createPlatformsService } from '#server/features/platforms/index.ts';
import { createCipher } from '#server/infra/cipher.ts';
import { systemClock } from '#server/infra/clock.ts';
import { createEvents } from '#server/infra/events.ts';
import { newId } from '#server/infra/ids.ts';
import { createOutbound } from '#server/infra/outbound/index.ts';
import { createPool } from '#server/infra/postgres/pool.ts';
import { createCallPlatform } from '#server/platforms/call-platform.ts';
import { createRegistry } from '#server/platforms/registry.ts';
import { createSandbox } from '#server/platforms/sandbox/index.ts';
import { type ConsoleBase, startConsole } from './console.ts';
import { scriptedUpstream } from './scripted-upstream.ts';

export type SupplyConsole = Awaited<ReturnType<typeof startSupplyConsole>>;

/**
 * The console with platforms, accounts and models for real: a database, the event bus, and a platform
 * `lab` at `upstream`, which answers as a test scripts it.
 */
export async function startSupplyConsole() {
  const upstream = await scriptedUpstream((_call, res) => void res.writeHead(500).end());
  let parts: ReturnType<typeof wire> | undefined;
  const console = await startConsole({
    features(base) {
      parts = wire(base, [`127.0.0.1:${upstream.port}`]);
      return parts.services;
    },
  });
  if (!parts) throw new Error('the console asked for no features');
  const { services, events, registry, pool, catalogue, outbound, pg } = parts;
  await events.start();
  await console.db.platform.create({
    data: { id: 'lab', name: 'Lab', protocol: 'openai-chat', baseUrl: upstream.url },
  });
  await Promise.all([registry.start(), pool.start(), catalogue.start()]);

  return {
    ...console,
    console,
    services,
    events,
    upstream,
    registry,
    pool,
    catalogue,
    async [Symbol.asyncDispose]() {
      registry.close();
      catalogue.close();
      await pool.close();
      await events.stop();
      await Promise.all([outbound.close(), pg.end()]);
      await console[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

function wire({ audit, db, databaseUrl, clock, log }: ConsoleBase, allow: string[]) {
  const onError = (err: unknown) => log.error({ err }, 'background work failed');
  const pg = createPool(databaseUrl, { max: 4, onConnectionError: onError });
  const events = createEvents({ url: databaseUrl, log, clock: systemClock });
  const outbound = createOutbound({ allow, log });
  const cipher = createCipher({ current: 'k1', keys: { k1: randomBytes(32) } });
  const shared = { changes: events, clock, onError };

  const platformsRepo = createPlatformsRepo(db);
  const registry = createRegistry({ custom: platformsRepo.all, ...shared });
  const accountsRepo = createAccountsRepo(db);
  const pool = createAccountPool({
    repo: createAccountPoolRepo(pg),
    cipher,
    zone: 'UTC',
    newId,
    quotaGroup: (_platformId, model) => model,
    ...shared,
  });
  const modelsRepo = createModelsRepo(db);
  const catalogue = createModelCatalogue({ repo: modelsRepo, ...shared });
  const call = createCallPlatform({
    via: () => outbound,
    outbound,
    sandbox: createSandbox({ clock, random: () => 0 }),
    version: 'test',
  });

  const accountRecords = createAccountRecordsService({
    repo: createAccountRecordsRepo(pg),
    accounts: accountsRepo,
    audit,
    registry,
    refreshAll: pool.refreshAll,
    clock,
    zone: 'UTC',
    onError,
  });
  const services = {
    accountRecords,
    platforms: createPlatformsService({ repo: platformsRepo, registry, outbound, audit }),
    accounts: createAccountsService({
      repo: accountsRepo,
      pool,
      registry,
      cipher,
      call,
      audit,
      firstModelOn: catalogue.firstModelOn,
      clock,
      zone: 'UTC',
      newId,
    }),
    models: createModelsService({
      repo: modelsRepo,
      catalogue,
      registry,
      ready: pool.ready,
      platformsWithAccounts: accountsRepo.platformsInUse,
      audit,
      clock,
      newId,
    }),
    prices: createPricesService({ repo: createPricesRepo(db), catalogue, audit, clock }),
  };
  return { services, events, registry, pool, catalogue, outbound, pg };
}
