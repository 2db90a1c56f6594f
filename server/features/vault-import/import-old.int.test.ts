import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCipher } from '../../infra/cipher.ts';
import { systemClock } from '../../infra/clock.ts';
import { newId } from '../../infra/ids.ts';
import { PASSWORD, startApp, type TestApp } from '../../testing/app.ts';
import { createAudit } from '../audit/index.ts';
import { createImportOldRepo } from './import-old.repo.ts';
import { importOld } from './import-old.ts';
import { readOldDatabase } from './oai-rt.ts';
import { readDump } from './read-database.ts';

const rows = Array.from({ length: 1_200 }, (_, at) => {
  const n = at + 101;
  return `(${n},'biz-${n}','n${n}','n${n}@example.com','plus','rt_old_token_${n}','','${
    at % 2 === 0 ? 'http://u:p@gate.example.com:8080' : ''
  }','app_one','old',${at % 2},'','','','',NULL,'m','2025-12-01 10:00:00',NULL)`;
});
const DUMP = `INSERT INTO rts VALUES ${rows.join(',')},
(1,'bad','','','','x','','','','',0,'','','','',NULL,'',NULL,NULL);`;

let h: TestApp;
beforeAll(async () => {
  h = await startApp({
    users: [{ username: 'ada', password: PASSWORD, role: 'admin' }],
    platforms: [{ id: 'lab', protocol: 'openai-chat', baseUrl: 'https://lab.example.com' }],
    ...{ accounts: [], models: [], keys: [] },
  });
  await h.infra.db.oAuthClient.create({
    data: {
      ...{ id: newId(), platformId: 'lab', name: 'lab', clientId: 'app_one' },
      tokenEndpoint: 'https://lab.example.com/token',
    },
  });
});
afterAll(() => h[Symbol.asyncDispose]());

function run(write: boolean, owner = 'ada', platformId = 'lab') {
  const deps = {
    repo: createImportOldRepo(h.infra.db, createAudit({ clock: systemClock })),
    cipher: createCipher({ current: 'k1', keys: { k1: Buffer.alloc(32, 7) } }),
    newId: () => newId(),
    add: h.app.services.vault.add,
    isPlatform: (id: string) => id === 'lab',
  };
  const contents = readOldDatabase(readDump(DUMP, ''));
  return importOld(deps, contents, { owner, platformId, write });
}

const refused = [{ line: 2, bizId: 'bad', reason: 'notAToken' }];
const fresh = { rows: 1_201, created: 1_200, known: 0, refused };

describe('an older database', () => {
  test('is told first, then brought over; doing it again changes nothing', async () => {
    expect(await run(false)).toMatchObject({ ...fresh, proxies: { created: 1, known: 0 } });
    expect(await h.infra.db.vaultToken.count()).toBe(0);
    expect(await run(true)).toMatchObject(fresh);
    expect(await run(true)).toMatchObject({ ...fresh, created: 0, known: 1_200 });
    expect(await h.infra.db.vaultToken.count()).toBe(1_200);
    const one = await h.infra.db.vaultToken.findUniqueOrThrow({
      where: { bizId: 'biz-102' },
      include: { client: true, proxy: true, account: true },
    });
    expect(one).toMatchObject({
      ...{ number: 102, email: 'n102@example.com', userName: 'n102', plan: 'plus', tags: ['old'] },
      ...{ memo: 'm', autoRefresh: true, createdAt: new Date('2025-12-01T10:00:00Z') },
      ...{ proxy: null, client: { clientId: 'app_one' }, account: { state: 'active' } },
    });
    const other = await h.infra.db.vaultToken.findUniqueOrThrow({
      where: { bizId: 'biz-101' },
      include: { proxy: true },
    });
    expect(other).toMatchObject({
      autoRefresh: false,
      proxy: { shown: 'http://gate.example.com:8080' },
    });
    const notes = await h.infra.db.auditEvent.count({ where: { action: 'vaultContract.import' } });
    expect(notes).toBe(2);
  });

  test('needs somebody it belongs to, and a platform', async () => {
    await expect(run(false, 'nobody')).rejects.toThrow(/nobody/);
    await expect(run(false, 'ada', 'none')).rejects.toThrow(/platform/);
  });
});
