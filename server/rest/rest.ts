import { type NextFunction, type Request, type Response, Router } from 'express';
import type { z } from 'zod';
import { AppError, ERRORS } from '#shared/errors.ts';
import { requirePermission } from '#shared/permissions.ts';
import type { Log } from '../infra/log.ts';
import { allowOrigins } from './cors.ts';
import type { Dialect, Failure } from './dialects.ts';
import { sharedAccountsErrors } from './dialects.ts';
import { InvalidInput, readInput } from './read-input.ts';
import { byFit, methodsOf } from './route-order.ts';
import {
  type Answers,
  type Asked,
  type Auth,
  type Caller,
  type Handler,
  type Identify,
  isReply,
  type Route,
  type RouteSpec,
  SENT,
} from './route-spec.ts';

/** How long a proof of who somebody is counts, ms. */
const PROVED_MS = 600_000;

export type RestDeps = {
  identify: Identify;
  clock: { now(): number };
  log: Pick<Log, 'error'>;
  newId: () => string;
  /** Tells a database that is away from a fault of ours. */
  explain(thrown: unknown): AppError;
  /** Origins whose pages may call the routes, e.g. `https://app.example.com`. */
  corsOrigins: readonly string[];
};

type Loose = (asked: Asked<Auth, z.ZodType, z.ZodType, z.ZodType>) => unknown;

/**
 * The HTTP contracts of older clients. Every route goes through here: it is identified, allowed,
 * read, answered and refused in one way, and written down for the API's description and the tests
 * that walk all of them.
 */
export function createRest(deps: RestDeps) {
  const { identify, clock, log, newId, explain } = deps;
  const known: { spec: Route; handler: Loose }[] = [];
  const empty: { below: RegExp; errors: Dialect }[] = [];

  /** Adds a route. What it answers is checked against `answers`: what is not named there is not sent. */
  function route<
    A extends Auth,
    R extends Answers,
    P extends z.ZodType | undefined = undefined,
    Q extends z.ZodType | undefined = undefined,
    B extends z.ZodType | undefined = undefined,
  >(spec: RouteSpec<A, P, Q, B, R>, handler: Handler<A, P, Q, B, R>): void {
    // NOTE: what the handler is given was parsed by the schemas its types come from.
    known.push({ spec: spec as Route, handler: handler as Loose });
  }

  async function answer(spec: Route, handler: Loose, req: Request, res: Response): Promise<void> {
    const requestId = begin(res);
    const left = new AbortController();
    res.once('close', () => {
      if (!res.writableFinished) left.abort(new AppError('client_closed', 'The client left.'));
    });
    try {
      const who = spec.identify ?? identify;
      const caller = spec.auth === 'none' ? null : await who(req, spec.auth);
      allow(spec, caller);
      const input = await readInput(spec, req, left.signal);
      const given = await handler({
        ...input,
        me: caller?.me as Asked<'token', never, never, never>['me'],
        caller: caller as Asked<'token', never, never, never>['caller'],
        proved: clock.now() - (caller?.token?.provedAt ?? 0) < PROVED_MS,
        address: req.ip ?? '',
        userAgent: req.headers['user-agent'] ?? '',
        requestId,
        signal: left.signal,
        req,
        res,
      });
      if (given !== SENT) send(spec, given, res);
    } catch (thrown) {
      refuse(spec.errors, thrown, res, requestId);
    }
  }

  function begin(res: Response): string {
    const requestId = newId();
    res.setHeader('x-request-id', requestId);
    res.setHeader('cache-control', 'no-store');
    return requestId;
  }

  function refuse(errors: Dialect, thrown: unknown, res: Response, requestId: string): void {
    const error = thrown instanceof InvalidInput ? thrown.asAppError() : explain(thrown);
    if (error.code === 'internal' || error.code === 'storage_unavailable') {
      log.error({ err: error.cause ?? error, requestId }, 'a REST route failed');
    }
    if (res.headersSent || res.destroyed) return void res.destroy();
    const issues = thrown instanceof InvalidInput ? thrown.issues : null;
    tell(errors, { error, issues, requestId }, res);
  }

  /** Mount it once, after every route was added. */
  function router(): Router {
    const all = Router({ caseSensitive: true });
    const paths = known.map(({ spec }) => spec.path);
    all.use(
      ['/api', ...new Set(paths.filter((path) => !path.startsWith('/api')))],
      [allowOrigins(deps.corsOrigins)],
    );
    for (const { spec, handler } of [...known].sort((a, b) => byFit(a.spec.path, b.spec.path))) {
      const method = spec.method.toLowerCase() as Lowercase<typeof spec.method>;
      all[method](spec.path, (req, res) => answer(spec, handler, req, res));
    }
    for (const [path, { methods, errors }] of methodsOf(known.map(({ spec }) => spec))) {
      all.all(path, (_req, res) => {
        res.setHeader('allow', methods.join(', '));
        const text = `This address takes ${methods.join(', ')} only.`;
        refuse(errors, new AppError('method_not_allowed', text), res, begin(res));
      });
    }
    all.use((req, res, next) => {
      const here = empty.find(({ below }) => below.test(req.path));
      if (!here) return next();
      refuse(here.errors, new AppError('not_found', 'There is nothing here.'), res, begin(res));
    });
    all.use('/api', (_req, res) => {
      const error = new AppError('not_found', 'There is nothing at this address. See /api/docs.');
      refuse(sharedAccountsErrors, error, res, begin(res));
    });
    all.use((error: unknown, _req: Request, res: Response, _next: NextFunction) => {
      refuse(sharedAccountsErrors, unreadable(error), res, begin(res));
    });
    return all;
  }

  return {
    route,
    /** Answers 404 in this dialect to every other path of this form, so that no page comes in its place. */
    nothingBelow(below: RegExp, errors: Dialect): void {
      empty.push({ below, errors });
    },
    router,
    /** What was added, in the order it was. */
    get routes(): readonly Route[] {
      return known.map(({ spec }) => spec);
    },
  };
}
export type Rest = ReturnType<typeof createRest>;

/** @throws AppError forbidden, user_disabled, scope_missing */
function allow({ permission, scope, callsModels }: Route, caller: Caller | null): void {
  if (caller === null) return;
  if (permission !== undefined) requirePermission(caller.me, permission);
  if (callsModels && caller.silenced) {
    throw new AppError('user_silenced', 'You may look, but not call models. Ask an admin.');
  }
  const scopes = caller.principal?.scopes ?? [];
  if (scope === undefined || scopes.length === 0 || scopes.includes(scope)) return;
  throw new AppError(
    'scope_missing',
    `This key lacks the scope "${scope}". Its owner can add it in the console.`,
  );
}

function send({ answers }: Route, given: unknown, res: Response): void {
  const { status, body, headers } = isReply(given)
    ? given
    : { status: 200, body: given, headers: {} };
  const schema = answers[status];
  const told = schema ? schema.parse(body) : body;
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  res.status(status).json(told);
}

function tell(errors: Dialect, failure: Failure, res: Response): void {
  const { status, body, headers = {} } = errors.tell(failure);
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  const { retryAfterMs } = failure.error;
  if (retryAfterMs !== undefined) res.setHeader('retry-after', Math.ceil(retryAfterMs / 1000));
  res.status(status).json(body);
}

/** What Express refuses before any route sees it: an address that cannot be read. */
function unreadable(error: unknown): unknown {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  if (status !== ERRORS.bad_request.http) return error;
  return new AppError('bad_request', 'The address cannot be read. Check its % signs.');
}
