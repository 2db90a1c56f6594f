import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { AppError } from '#shared/errors.ts';
import type { Role } from '#shared/schemas/common.ts';
import { buildPeople } from '../build-people.ts';
import { type Audit, createAudit } from '../features/audit/index.ts';
import { type Cipher, createCipher } from '../infra/cipher.ts';
import { newId } from '../infra/ids.ts';
import { createLog, type Log } from '../infra/log.ts';
import { createPrisma, type Db } from '../infra/prisma/client.ts';
import { createAppRouter, type Services } from '../trpc/app-router.ts';
import { mountTrpc } from '../trpc/http.ts';
import { createSessionDoor } from '../trpc/session-door.ts';
import { type BrowserOptions, createBrowser } from './browser.ts';
import { type FakeClock, fakeClock } from './fake-clock.ts';
import { createTestDatabase } from './postgres.ts';

export const PASSWORD = 'correct horse battery';

export type TestConsole = Awaited<ReturnType<typeof startConsole>>;

/** What a test builds further services from. */
export type ConsoleBase = {
  db: Db;
  databaseUrl: string;
  audit: Audit;
  clock: FakeClock;
  log: Log;
  cipher: Cipher;
  people: ReturnType<typeof buildPeople>;
};

export type ConsoleOptions = {
  publicUrl?: string;
  /** Mail server and sender; else no mail is sent. */
  mail?: { url: string; from: string };
  /** Services of the feature under test, in place of the refusing ones. */
  features?: (base: ConsoleBase) => Partial<Services>;
};

/**
 * The console's server side on a database of its own, over HTTP on a port the system chose. Set-up,
 * sessions and users are real; every other feature's service refuses whatever is asked of it.
 */
export async function startConsole(options: ConsoleOptions = {}) {
  const database = await createTestDatabase();
  const db = createPrisma(database.url, { max: 8 });
  const clock: FakeClock = fakeClock();
  const lines: string[] = [];
  const log = createLog({
    level: 'debug',
    destination: { write: (line) => void lines.push(line) },
  });

  const audit = createAudit({ clock });
  const cipher = createCipher({ current: 'test', keys: { test: randomBytes(32) } });
  const people = buildPeople({
    ...{ audit, db, clock, log, cipher, redisUrl: null, passwordRounds: 4 },
    ...(options.mail && { mail: options.mail }),
    publicUrl: options.publicUrl ?? null,
  });
  const { store, limiters, passwords } = people;
  const { sessions } = people.services;
  const base = { db, databaseUrl: database.url, audit, clock, log, cipher, people };
  const added = options.features?.(base) ?? {};
  const services = withStubs({ ...people.services, ...added });
  const router = createAppRouter(services);
  const door = createSessionDoor({ sessions, publicUrl: options.publicUrl ?? null });

  const app = express();
  app.set('trust proxy', 'loopback');
  app.use('/trpc', mountTrpc({ router, door, log }));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let made = 0;

  const browser = (facts?: BrowserOptions) => createBrowser(origin, facts);

  /** A user with PASSWORD, put straight into the database. */
  async function addUser(facts: { role?: Role; username?: string } = {}) {
    made += 1;
    const { role = 'member', username = `${role}-${made}` } = facts;
    const id = newId();
    const passwordHash = await passwords.hash(PASSWORD);
    await db.user.create({ data: { id, username, role, passwordHash } });
    return { id, username };
  }

  /** A user and a browser in which they are signed in. */
  async function signedIn(role: Role = 'member') {
    const user = await addUser({ role });
    // An address of their own, so that one test's tries do not count against another's.
    const own = browser({ address: `10.0.${made >> 8}.${made & 255}` });
    const answer = await own.mutate('sessions.signIn', {
      username: user.username,
      password: PASSWORD,
    });
    if (answer.error) throw new Error(`cannot sign in: ${answer.text}`);
    return { ...user, browser: own };
  }

  return {
    origin,
    databaseUrl: database.url,
    db,
    clock,
    router,
    services,
    store,
    lines,
    browser,
    addUser,
    signedIn,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      limiters.close();
      people.services.registration.mail.close();
      await db.$disconnect();
      await database[Symbol.asyncDispose]();
    },
  };
}

type RealServices = ReturnType<typeof buildPeople>['services'];

/** Guards stand before services, so who may come in can be told with a service that does nothing. */
function withStubs(real: RealServices): Services {
  const refuse = () => {
    throw new AppError('not_found', 'This service is not part of the test.');
  };
  const stub = new Proxy({}, { get: () => refuse });
  return new Proxy(real, {
    get: (target, name) => Reflect.get(target, name) ?? stub,
  }) as Services;
}
