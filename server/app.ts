import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import express, { type Request } from 'express';
import { AppError } from '#shared/errors.ts';
import { AuditExportQuery } from '#shared/schemas/audit.ts';
import { UsageExportQuery } from '#shared/schemas/usage.ts';
import { UsersExportQuery } from '#shared/schemas/users.ts';
import { LeaseExportQuery } from '#shared/schemas/vault-secrets.ts';
import { buildFeatures, type FeatureOptions } from './build-features.ts';
import { projectRoot } from './config/config.ts';
import { createGateway, type PlainWay } from './gateway/doors.ts';
import { queryOf } from './gateway/request-query.ts';
import { credentialOf } from './gateway/steps/authenticate.ts';
import { callerAddress, type TrustsHop } from './http/caller-address.ts';
import { serveConsole } from './http/console.ts';
import { createServer } from './http/create-server.ts';
import { securityHeaders } from './http/security-headers.ts';
import { createDownload } from './infra/download.ts';
import { newId } from './infra/ids.ts';
import { createContracts } from './rest/contracts.ts';
import { createIdentify, createModelCaller } from './rest/identify.ts';
import { kiroOnly } from './rest/plugin-api/index.ts';
import { together } from './rest/shared-accounts/plugin-chat.ts';
import { createAppRouter } from './trpc/app-router.ts';
import { explainError } from './trpc/explain-error.ts';
import { mountTrpc } from './trpc/http.ts';
import { createSessionDoor } from './trpc/session-door.ts';

/** Past these a client that connects waits a second and more for its next try. The system may allow fewer. */
const WAITING_CONNECTIONS = 4_096;
const WEB_DIST = join(projectRoot, 'web/dist');

export type AppOptions = Omit<FeatureOptions, 'random'> & { random?: () => number };

/**
 * The whole application on one HTTP server: the composition root, the only file that sees the
 * gateway and the features together. Doors come first, so that the request path meets no other
 * middleware.
 */
export async function buildApp({ random = Math.random, ...options }: AppOptions) {
  const { config, infra } = options;
  const { clock, log } = infra;
  const features = await buildFeatures({ ...options, random });
  const { services, ports } = features;
  /** Where people open the console; without PUBLIC_URL known once the server listens. */
  let address = config.http.publicUrl;
  /** Whether there is a page to lead to that says more than the answer. */
  const explained = config.traces.retentionDays > 0;
  const door = createSessionDoor({ sessions: services.sessions, publicUrl: config.http.publicUrl });

  const gateway = createGateway({
    ...ports,
    clock,
    random,
    newId: () => newId(clock),
    platform: ports.registry.find,
    timeoutMs: config.upstream.timeoutMs,
    heartbeatMs: config.upstream.heartbeatMs,
    waitingLimits: config.waiting,
    whyUrl: (id) => (explained ? address && `${address}/why/${id}` : null),
    onInternalError: (err, requestId) => log.error({ err, requestId }, 'a request failed'),
  });

  const callerOf = (req: IncomingMessage) => callerAddress(req, trusts);
  const rest = createContracts({
    addressOf: callerOf,
    identify: createIdentify({
      credentialOf: (req) => credentialOf(req.headers),
      addressOf: callerOf,
      keys: ports.lookup,
      tokens: services.tokens,
      people: features.people,
    }),
    clock,
    log,
    newId: () => newId(clock),
    explain: explainError,
    config,
    door,
    ...features,
    askDatabase: () => infra.pool.query('SELECT 1'),
  });

  ports.endings.attach(together(gateway.requests, rest.pluginChat.requests));

  const byCredential = createModelCaller({ keys: ports.lookup, tokens: services.tokens });
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('trust proxy', config.http.trustedProxies);
  const trusts: TrustsHop = app.get('trust proxy fn');
  const byKey = (req: IncomingMessage, queryKey?: string | null) =>
    byCredential(credentialOf(req.headers, queryKey), () => callerAddress(req, trusts));
  const v1: PlainWay = { identify: (req) => byKey(req) };
  const v1beta: PlainWay = { identify: (req) => byKey(req, queryOf(req).get('key')) };
  const kiro = kiroOnly(ports.models.list);
  app.use('/v1/kiro', gateway.door({ identify: async (req) => kiro(await byKey(req)) }));
  app.use('/v1', gateway.door(v1));
  app.use('/v1beta', gateway.geminiDoor(v1beta));
  app.use(
    '/playground/v1',
    gateway.door({
      name: 'playground',
      async identify(req: Request) {
        door.checkOrigin(req);
        const session = req.res ? await door.readSession(req, req.res) : null;
        if (!session) throw new AppError('not_signed_in', 'Sign in first.');
        return ports.lookup.ofUser(session.me.id);
      },
    }),
  );
  app.use(securityHeaders({ https: config.http.publicUrl?.startsWith('https:') ?? false }));
  app.get('/healthz', (_req, res) => {
    res.setHeader('x-request-id', newId(clock));
    res.json({
      status: 'ok',
      running: gateway.running(),
      waiting: gateway.waiting(),
      unwritten: ports.ledger.pending(),
      tracesLost: ports.traces.lost(),
      limits: ports.counted(),
      counters: ports.counters(),
      keys: ports.lookup.counts(),
    });
  });
  const download = { door, explain: explainError, newId: () => newId(clock), log };
  const { audit, usage, users } = services;
  app.get(
    '/usage/export',
    createDownload({ ...download, name: 'usage', query: UsageExportQuery, lines: usage.exported }),
  );
  app.get(
    '/audit/export',
    createDownload({ ...download, name: 'audit', query: AuditExportQuery, lines: audit.exported }),
  );
  app.get(
    '/users/export',
    createDownload({ ...download, name: 'users', query: UsersExportQuery, lines: users.exported }),
  );
  const { leases } = services.vaultSecrets;
  app.get(
    '/leases/export',
    createDownload({
      ...download,
      name: 'leases',
      query: LeaseExportQuery,
      lines: leases.exported,
    }),
  );
  app.use('/trpc', mountTrpc({ router: createAppRouter(services), door, log }));
  app.use(rest.router());
  app.use(serveConsole(WEB_DIST));
  app.use(...gateway.fallback);

  const server = createServer(app, gateway.shortcut({ v1, v1beta }));
  return {
    /** What the server answers with, route by route: tests hold it against their matrix. */
    routes: app.router,
    /** The routes of older clients' contracts. */
    rest,
    /** Starts listening and returns the address people open. */
    async listen(): Promise<string> {
      await features.start();
      const { host, port } = config.http;
      await new Promise<void>((resolve, reject) => {
        server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, port)));
        server.listen({ port, host, backlog: WAITING_CONNECTIONS }, resolve);
      });
      address ??= addressOf(host, (server.address() as AddressInfo).port);
      return address;
    },
    /** The one-time set-up token, while there is no user. */
    prepareSetup: () => services.setup.prepare(),
    running: gateway.running,
    services,
    ports,
    /** Finishes running requests, writes what is in memory and closes every connection. */
    async stop(): Promise<void> {
      const closed = new Promise((resolve) => server.close(resolve));
      const { drainMs } = config.http;
      await Promise.all([gateway.drain(drainMs), rest.pluginChat.drain(drainMs)]);
      server.closeAllConnections();
      await closed;
      await features.close();
    },
  };
}
export type App = Awaited<ReturnType<typeof buildApp>>;

function addressOf(host: string, port: number): string {
  const everywhere = host === '0.0.0.0' || host === '::';
  const name = everywhere ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

function cannotListen(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    return new AppError('conflict', `Port ${port} is taken. Set PORT to another one.`);
  }
  if (error.code === 'EACCES') {
    return new AppError('forbidden', `Port ${port} may not be opened by this user. Set PORT.`);
  }
  return error;
}
