import type { IncomingMessage, ServerResponse } from 'node:http';
import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import { AppError, toAppError } from '#shared/errors.ts';
import type { KeyScope } from '#shared/schemas/keys.ts';
import type { Clock } from '../infra/clock.ts';
import { readBody } from '../infra/read-body.ts';
import { createDoorErrors, dialectOf, sendError } from './door-errors.ts';
import { GEMINI_ACTIONS, V1_DOORS } from './door-table.ts';
import { type Arrived, newFacts } from './exchange.ts';
import { createHttpReply } from './http-reply.ts';
import { createModelLists } from './model-lists.ts';
import { createPipeline, type PipelineDeps } from './pipeline.ts';
import type { AccountPool, Principal } from './ports.ts';
import type { Door } from './request.ts';
import { queryOf } from './request-query.ts';
import {
  type Asking,
  createResponsesDoor,
  type ResponsesDoorDeps,
  type Said,
} from './responses-door.ts';
import { createRunning, type Run } from './running.ts';
import { createWaiting, type WaitingLimits } from './selection/waiting.ts';
import { createShortcut } from './shortcut.ts';
import { refuseScope } from './steps/scopes.ts';

const MOST_BODY_BYTES = 32 * 1024 * 1024;
/** No answer takes longer; shorter than the quota gate keeps what nobody settled. */
const LONGEST_REQUEST_MS = 3_600_000;

/** What a request waits for that only just arrived. */
const BEGUN = Promise.resolve();

/** Unless given. */
const WAITING: WaitingLimits = { most: 100, ms: 10_000 };

export type GatewayDeps = Omit<PipelineDeps & ResponsesDoorDeps, 'now' | 'clock' | 'waiting'> & {
  clock: Clock;
  newId: () => string;
  heartbeatMs: number;
  /** How many requests may wait for an account, and how long. */
  waitingLimits?: WaitingLimits;
  /** How long a client may take nothing of its answer before it is let go; two minutes unless given. */
  stallMs?: number;
};

/** How a door finds out who asks. Throws AppError when it cannot. */
export type Identify<Req = Request> = (req: Req) => Promise<Principal>;

/** Who comes in where; `name` overrides the doors' own in the ledger. */
export type Way<Req = Request> = { identify: Identify<Req>; name?: string };

/** How a door finds out who asks that is reached without the web framework. */
export type PlainWay = Way<IncomingMessage>;

/** Finds what is asked for, without the request path. */
type Look = (principal: Principal, req: Request, asking: Asking) => Said | Promise<Said>;

/** `/models/{model}:{action}` */
const GEMINI_PATH = /^\/models\/(.+):(\w+)$/;

/** What the path says, for protocols that say it there. */
export type PathWords = { model: string | null; action: string | null };
const NO_WORDS: PathWords = { model: null, action: null };

/**
 * The doors for programs: HTTP in and out, no rules of their own. Every door built from one gateway
 * shares its running requests, so that all of them drain together.
 */
export function createGateway(outside: GatewayDeps) {
  const { clock, waitingLimits: limits = WAITING } = outside;
  const waiting = createWaiting({ clock, limits });
  const deps = { ...outside, waiting, pool: waking(outside.pool, waiting.wake) };
  const serve = createPipeline({ ...deps, now: deps.clock.now });
  const models = createModelLists(deps.models);
  const responses = createResponsesDoor({ ...deps, now: deps.clock.now });
  const { nothingHere, brokenHere, methodNotAllowed } = createDoorErrors(deps);
  const running = createRunning(deps.clock.now);
  let closing = false;

  /** Starts following a request: its id, its abort signal, its place among the running ones. */
  function follow(
    res: ServerResponse,
    work: (run: Run, signal: AbortSignal) => Promise<void>,
  ): void {
    const abort = new AbortController();
    const id = deps.newId();
    const run: Run = { id, abort, done: BEGUN, progress: null, reader: null };
    res.setHeader('x-request-id', id);
    res.once('close', () => {
      if (!res.writableFinished) abort.abort(new AppError('client_closed', 'The client left.'));
    });
    const cancel = deps.clock.setTimer(LONGEST_REQUEST_MS, () =>
      abort.abort(new AppError('upstream_timeout', 'The answer was not complete after an hour.')),
    );
    // NOTE: whatever breaks in one request, even while its error is worded, ends no other.
    const broken = (thrown: unknown) => {
      deps.onInternalError(thrown, id);
      res.destroy();
    };
    run.done = work(run, abort.signal)
      .catch(broken)
      .finally(() => {
        cancel();
        leave();
      });
    const leave = running.add(run);
  }

  /** Sends a request down the path. */
  function ask<Req extends IncomingMessage>(
    speaks: Door,
    { identify, name = speaks.name }: Way<Req>,
    words = NO_WORDS,
  ) {
    return (req: Req, res: ServerResponse) =>
      // NOTE: async, for nobody catches what is thrown at once on the way past Express.
      follow(res, async (run, signal) => {
        const arrived: Arrived = {
          id: run.id,
          at: deps.clock.now(),
          door: name,
          speaks,
          signal,
          reply: createHttpReply(res, { ...deps, signal }),
          facts: newFacts(),
          call: { headers: req.headers, query: queryOf(req), ...words },
          identify: () => identify(req),
          readBody: () => readBody(req, MOST_BODY_BYTES, signal),
        };
        run.progress = arrived;
        return serve(arrived);
      });
  }

  /** Answers a list or lookup, in the same error dialect as everything else on its path. */
  function read({ identify }: Way, scope: KeyScope, look: Look) {
    return (req: Request, res: Response) =>
      follow(res, async (run, signal) => {
        try {
          const principal = await identify(req);
          run.reader = principal;
          refuseScope(principal, scope);
          const said = await look(principal, req, { requestId: run.id, signal });
          if (Buffer.isBuffer(said)) res.type('application/json').send(said);
          else res.json(said);
        } catch (thrown) {
          const error = toAppError(thrown);
          if (error.code === 'internal') deps.onInternalError(error.cause, run.id);
          sendError(res, error, dialectOf(req.originalUrl));
        }
      });
  }

  /** False when the server closes, which the client is told then. */
  function isOpen(url: string, res: ServerResponse): boolean {
    res.setHeader('x-content-type-options', 'nosniff');
    if (!closing) return true;
    res.setHeader('connection', 'close');
    const error = new AppError('shutting_down', 'The server is restarting. Try again.');
    sendError(res, error, dialectOf(url));
    return false;
  }

  const enter: RequestHandler = (req, res, next) => {
    if (isOpen(req.originalUrl, res)) next();
  };

  function enterAndAsk(speaks: Door, way: PlainWay, words?: PathWords) {
    const go = ask(speaks, way, words);
    return (req: IncomingMessage, res: ServerResponse) => {
      if (isOpen(req.url ?? '', res)) go(req, res);
    };
  }

  /** Models and actions stand in one path segment at Gemini; a model's name may itself hold slashes. */
  const geminiAction =
    (way: Way): RequestHandler =>
    (req, res, next) => {
      const { 0: model = '', 1: action = '' } = req.params;
      // NOTE: every object has a `constructor`, which is no door.
      const speaks = Object.hasOwn(GEMINI_ACTIONS, action) ? GEMINI_ACTIONS[action] : undefined;
      if (!speaks) return next();
      ask(speaks, way, { model, action })(req, res);
    };

  /** What both doors have: models, and Gemini's actions on them. */
  function modelsDoor(way: Way, { list, one }: { list: Look; one: Look }): Router {
    const router = express.Router();
    router.use(enter);
    router.post(GEMINI_PATH, geminiAction(way));
    router
      .route('/models')
      .get(read(way, 'models', list))
      .all(methodNotAllowed('GET'));
    router
      .route('/models/*model')
      .get(read(way, 'models', one))
      .all(methodNotAllowed('GET'));
    return router;
  }

  return {
    /** The paths below /v1. Gemini's newer clients ask here too, unless they are told otherwise. */
    door(way: Way): Router {
      const router = modelsDoor(way, models);
      router
        .route('/responses/:id')
        .get(read(way, 'chat', responses.retrieve))
        .delete(read(way, 'chat', responses.remove))
        .all(methodNotAllowed('GET, DELETE'));
      router
        .route('/responses/:id/cancel')
        .post(read(way, 'chat', responses.cancel))
        .all(methodNotAllowed('POST'));
      router
        .route('/responses/:id/input_items')
        .get(read(way, 'chat', responses.inputItems))
        .all(methodNotAllowed('GET'));
      for (const [path, speaks] of Object.entries(V1_DOORS)) {
        router.route(path).post(ask(speaks, way)).all(methodNotAllowed('POST'));
      }
      router.use(nothingHere, brokenHere);
      return router;
    },
    /** The paths below /v1beta, as Gemini's clients ask. */
    geminiDoor(way: Way): Router {
      const router = modelsDoor(way, { list: models.geminiList, one: models.geminiOne });
      router.use(nothingHere, brokenHere);
      return router;
    },
    /** The way of programs past the web framework, to the same doors. */
    shortcut: (ways: { v1: PlainWay; v1beta: PlainWay }) =>
      createShortcut({ ...ways, ask: enterAndAsk }),
    /** Answers what no door and no page does, in the doors' dialect: mostly a wrong base URL. */
    fallback: [nothingHere, brokenHere] as const,
    /** Requests that have not been answered yet. */
    running: running.size,
    /** For whoever must end what a person has running. */
    requests: running.requests,
    /** Requests that wait for an account. */
    waiting: waiting.count,
    /** Takes no new request, waits for the running ones at most so long, then ends them. */
    async drain(ms: number): Promise<void> {
      closing = true;
      const cancel = deps.clock.setTimer(ms, () => {
        const reason = new AppError('shutting_down', 'The server is restarting. Try again.');
        for (const { abort } of running.all) abort.abort(reason);
      });
      await Promise.allSettled([...running.all].map(({ done }) => done));
      cancel();
    },
  };
}

/** Whoever waits for an account is told when one has room again. */
function waking(pool: AccountPool, wake: () => void): AccountPool {
  return {
    ...pool,
    finish(target, outcome) {
      pool.finish(target, outcome);
      wake();
    },
  };
}
