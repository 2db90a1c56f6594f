import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildApp } from '../app.ts';
import { buildInfra } from '../build-infra.ts';
import { toConfig } from '../config/config.ts';
import { parseEnv } from '../config/env.ts';
import type { Clock } from '../infra/clock.ts';
import { createLog } from '../infra/log.ts';
import { createTestDatabase } from './postgres.ts';

export const PASSWORD = 'correct horse battery';

/** The whole application as it runs, on a database and in a data folder of its own. */
export async function startApp(
  document: object,
  env: Readonly<Record<string, string>> = {},
  clock?: Clock,
  /** Where every line of the log goes; nowhere unless given. */
  logTo?: (line: string) => void,
) {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-app-'));
  const config = toConfig(
    parseEnv({
      DATA_DIR: dataDir,
      DATABASE_URL: database.url,
      PORT: '0',
      LOG_LEVEL: 'silent',
      ...env,
    }),
  );
  const log = createLog(
    logTo ? { level: 'trace', destination: { write: logTo } } : { level: 'silent' },
  );
  const infra = await buildInfra({ config, log, ...(clock && { clock }) });
  // The lowest cost bcrypt has: passwords are not what these tests are about.
  const app = await buildApp({ config, infra, passwordRounds: 4 });
  const whole = { oauthClients: [], ...document };
  await app.services.apply.apply(
    whole as unknown as Parameters<typeof app.services.apply.apply>[0],
  );
  const url = await app.listen();
  return {
    app,
    infra,
    url,
    databaseUrl: database.url,
    /** Signs in and returns the session cookie. */
    async signIn(username: string): Promise<string> {
      const res = await fetch(`${url}/trpc/sessions.signIn`, {
        method: 'POST',
        headers: { origin: url, 'content-type': 'application/json' },
        body: JSON.stringify({ username, password: PASSWORD }),
      });
      return res.headers.get('set-cookie')?.split(';')[0] ?? '';
    },
    async [Symbol.asyncDispose]() {
      await app.stop();
      await infra.stop();
      await database[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
export type TestApp = Awaited<ReturnType<typeof startApp>>;
