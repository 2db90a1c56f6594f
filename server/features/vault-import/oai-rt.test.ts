import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readOldDatabase } from './oai-rt.ts';
import { readDump, readSqlite } from './read-database.ts';

const DUMP = `CREATE TABLE \`old_rts\` (
  \`id\` bigint NOT NULL AUTO_INCREMENT,
  \`biz_id\` varchar(255) NOT NULL,
  \`rt\` text NOT NULL,
  \`enabled\` tinyint(1),
  \`create_time\` datetime,
  PRIMARY KEY (\`id\`)
) ENGINE=InnoDB;
INSERT INTO \`old_rts\` VALUES (7,'one','rt_first_token',1,'2025-12-01 10:00:00'),
(8,'two','short',0,NULL),(9,'three','rt_first_token',0,NULL),(10,'one','rt_other_token',0,NULL);
INSERT INTO \`old_system_configs\` (\`config_key\`,\`config_value\`) VALUES
('proxy_list','["socks5://a:1"]'),('auto_refresh_interval','60'),('auto_refresh_enabled','true');`;

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gatehouse-import-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('a MySQL dump', () => {
  it('is read by the columns of its tables; each row is taken or told with its reason', () => {
    const contents = readOldDatabase(readDump(DUMP, 'old_'));
    expect(contents.tokens).toEqual([
      expect.objectContaining({
        ...{ line: 9, number: 7, token: 'rt_first_token', bizId: 'one', enabled: true },
        createdAt: new Date('2025-12-01T10:00:00Z'),
      }),
    ]);
    expect(contents.problems).toEqual([
      { line: 10, bizId: 'two', reason: 'notAToken' },
      { line: 10, bizId: 'three', reason: 'twice' },
      { line: 10, bizId: 'one', reason: 'bizIdTwice' },
    ]);
    expect(contents).toMatchObject({
      ...{ proxies: ['socks5://a:1'], autoRefresh: true, intervalDays: null },
    });
  });

  it('without the table is refused', () => {
    expect(() => readDump(DUMP, '')).toThrow(/--prefix/);
    expect(() => readDump(DUMP, 'a"b')).toThrow(/prefix/);
  });
});

describe('a SQLite file', () => {
  it('is read, and never written', async () => {
    const path = join(dir, 'tokens.db');
    const database = new DatabaseSync(path);
    database.exec(`CREATE TABLE rts (id INTEGER PRIMARY KEY, biz_id TEXT, rt TEXT, tag TEXT,
      client_id TEXT, enabled NUMERIC, last_refresh_time DATETIME);
      INSERT INTO rts VALUES (3, 'b', 'rt_token_of_b', 'x,y', 'app', 1,
        '2025-12-02 01:02:03.456+08:00');`);
    database.close();
    const { clientIds, tokens } = readOldDatabase(await readSqlite(path, ''));
    expect(clientIds).toEqual(['app']);
    expect(tokens).toEqual([
      expect.objectContaining({
        ...{ number: 3, bizId: 'b', tags: ['x', 'y'], enabled: true },
        refreshedAt: new Date('2025-12-01T17:02:03Z'),
      }),
    ]);
  });

  it('that is none is refused', async () => {
    const path = join(dir, 'none.db');
    await writeFile(path, 'this is no database at all, whatever its name says'.repeat(100));
    await expect(readSqlite(path, '')).rejects.toThrow(/SQLite/);
    await expect(readSqlite(join(dir, 'absent.db'), '')).rejects.toThrow(/SQLite/);
  });
});
