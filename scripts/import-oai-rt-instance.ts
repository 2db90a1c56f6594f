import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { projectRoot, readConfig } from '#server/config/config.ts';
import { createSecretsStore } from '#server/config/secrets.ts';
import { createAudit } from '#server/features/audit/index.ts';
import { createVaultAdd, USUAL_SETTINGS } from '#server/features/vault/index.ts';
import {
  createImportOldRepo,
  type ImportOldReport,
  importOld,
  readDump,
  readOldDatabase,
  readSqlite,
} from '#server/features/vault-import/index.ts';
import { createCipher } from '#server/infra/cipher.ts';
import { systemClock } from '#server/infra/clock.ts';
import { newId } from '#server/infra/ids.ts';
import { migrate } from '#server/infra/migrations/migrate.ts';
import { createPool } from '#server/infra/postgres/pool.ts';
import { createPrisma } from '#server/infra/prisma/client.ts';
import { isBuiltIn } from '#server/platforms/registry.ts';
import { openPostgres } from './apply-instance.ts';

export type ImportFileOptions = {
  owner: string;
  platform: string;
  /** Of the older database's tables. */
  prefix: string;
  write: boolean;
  print(line: string): void;
};

/** Imports into the instance that the environment describes, whether its server runs or not. */
export async function importFile(
  file: string,
  { owner, platform, prefix, print, write }: ImportFileOptions,
): Promise<ImportOldReport> {
  const found = file.endsWith('.sql')
    ? readDump(await readFile(file, 'utf8'), prefix)
    : await readSqlite(file, prefix);
  const contents = readOldDatabase(found);
  const config = readConfig();
  const postgres = await openPostgres(config);
  const pool = createPool(postgres.url, { max: 2 });
  const db = createPrisma(postgres.url, { max: 2 });
  try {
    await migrate(pool, path.join(projectRoot, 'prisma', 'migrations'));
    const { keyRing } = await createSecretsStore(config.dataDir, config.keyRing).read();
    const cipher = createCipher(keyRing);
    const repo = createImportOldRepo(db, createAudit({ clock: systemClock }));
    const isThere = (await repo.hasPlatform(platform)) || isBuiltIn(platform);
    const isPlatform = (id: string) => id === platform && isThere;
    const vaultAdd = createVaultAdd({
      ...{ pool, cipher, isPlatform },
      clock: systemClock,
      settings: () => USUAL_SETTINGS,
    });
    return await importOld(
      { repo, cipher, isPlatform, add: vaultAdd.add, newId: () => newId() },
      contents,
      { owner, platformId: platform, write, onProgress: (done, of) => print(`${done} of ${of}`) },
    );
  } finally {
    await db.$disconnect();
    await pool.end();
    await postgres.stop();
  }
}

/** What was done, or would be, with every row that was not taken and why. */
export function printReport(report: ImportOldReport, print: (line: string) => void): void {
  const { created, known, proxies, refused, rows, unknownClientIds, withoutClient } = report;
  for (const { bizId, line, reason } of refused) print(`row ${line}  ${bizId || '-'}  ${reason}`);
  print(`${rows} rows = ${created} new + ${known} known + ${refused.length} refused`);
  print(`proxies: ${proxies.created} new, ${proxies.known} known, ${proxies.refused} refused`);
  if (unknownClientIds.length > 0) {
    print(`client ids the platform has no client of: ${unknownClientIds.join(', ')}`);
  }
  if (withoutClient) print('The platform has no OAuth client: accounts come without one.');
}
