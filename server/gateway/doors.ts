import express, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
  type Router,
} from 'express';
import { AppError, ERRORS, toAppError } from '#shared/errors.ts';
import type { Clock } from '../infra/clock.ts';
import { newFacts } from './exchange.ts';
import { createHttpReply } from './http-reply.ts';
import { createPipeline, type PipelineDeps } from './pipeline.ts';
import type { Principal } from './ports.ts';
import { openaiChat } from './protocols/openai-chat.ts';
import { errorBody, errorHeaders } from './protocols/openai-errors.ts';
import { readBody } from './read-body.ts';
import { mayUse } from './steps/admit.ts';

const MOST_BODY_BYTES = 32 * 1024 * 1024;
/** No answer takes longer; shorter than the quota gate keeps what nobody settled. */
const LONGEST_REQUEST_MS = 3_600_000;

export type GatewayDeps = Omit<PipelineDeps, 'now'> & {
  clock: Clock;
  newId: () => string;
  heartbeatMs: number;
  /** How long a client may take nothing of its answer before it is let go; two minutes unless given. */
  stallMs?: number;
};

/** How a door finds out who asks. Throws AppError when it cannot. */
export type Identify = (req: Request) => Promise<Principal>;

/**
 * The doors for programs: HTTP in and out, no rules of their own. Every door built from one gateway
 * shares its running requests, so that all of them drain together.
 */
export function createGateway(deps: GatewayDeps) {
  const serve = createPipeline({ ...deps, now: deps.clock.now });
  const running = new Map<AbortController, Promise<void>>();
  let closing = false;

  /** Starts following a request: its id, its abort signal, its place among the running ones. */
  function follow(res: Response, work: (id: string, signal: AbortSignal) => Promise<void>): void {
    const abort = new AbortController();
    const id = deps.newId();
    res.setHeader('x-request-id', id);
    res.once('close', () => {
      if (!res.writableFinished) abort.abort(new AppError('client_closed', 'The client left.'));
    });
    const cancel = deps.clock.setTimer(LONGEST_REQUEST_MS, () =>
      abort.abort(new AppError('upstream_timeout', 'The answer was not complete after an hour.')),
    );
    const done = work(id, abort.signal).finally(() => {
      cancel();
      running.delete(abort);
    });
    running.set(abort, done);
  }

  function chat(door: string, identify: Identify) {
    return (req: Request, res: Response) =>
      follow(res, (id, signal) => {
        const reply = createHttpReply(res, { ...deps, signal });
        return serve({
          id,
          at: deps.clock.now(),
          door,
          protocol: openaiChat,
          signal,
          reply,
          facts: newFacts(),
          identify: () => identify(req),
          readBody: () => readBody(req, MOST_BODY_BYTES, signal),
        });
      });
  }

  /** Answers a list or lookup, in the same error dialect as everything else behind this door. */
  function read(identify: Identify, look: (principal: Principal, req: Request) => object) {
    return (req: Request, res: Response) =>
      follow(res, async (id) => {
        try {
          res.json(look(await identify(req), req));
        } catch (thrown) {
          const error = toAppError(thrown);
          if (error.code === 'internal') deps.onInternalError(error.cause, id);
          sendError(res, error);
        }
      });
  }

  const listModels = (principal: Principal) => ({
    object: 'list',
    data: deps.models
      .list()
      .filter(({ name }) => mayUse(principal, name))
      .map(modelObject),
  });

  const oneModel = (principal: Principal, req: Request) => {
    const name = [req.params['model']].flat().join('/');
    const model = deps.models.find(name);
    if (!model || !mayUse(principal, name)) {
      throw new AppError('model_not_found', `There is no model "${name}" here.`, {
        param: 'model',
      });
    }
    return modelObject(model);
  };

  const nothingHere: RequestHandler = (req, res) => {
    res.setHeader('x-request-id', deps.newId());
    const message = `There is nothing at ${req.method} ${req.baseUrl}${req.path}.`;
    const hint = `See GET ${req.baseUrl || '/v1'}/models.`;
    sendError(res, new AppError('not_found', `${message} ${hint}`));
  };

  // NOTE: Express's own page for what it cannot route shows a stack.
  const brokenHere: ErrorRequestHandler = (thrown: { status?: number }, req, res, next) => {
    if (res.headersSent) return next(thrown);
    const id = deps.newId();
    res.setHeader('x-request-id', id);
    if (thrown.status === 400) {
      const message = `The path ${req.originalUrl} is malformed: look at its % signs.`;
      return sendError(res, new AppError('bad_request', message));
    }
    deps.onInternalError(thrown, id);
    sendError(res, toAppError(thrown));
  };

  return {
    /** The OpenAI-compatible paths, for whoever `identify` recognises. */
    door(name: string, identify: Identify): Router {
      const router = express.Router();
      router.use((_req, res, next) => {
        if (!closing) return next();
        res.setHeader('connection', 'close');
        sendError(res, new AppError('shutting_down', 'The server is restarting. Try again.'));
      });
      router.route('/models').get(read(identify, listModels)).all(methodNotAllowed('GET'));
      router.route('/models/*model').get(read(identify, oneModel)).all(methodNotAllowed('GET'));
      router.route('/chat/completions').post(chat(name, identify)).all(methodNotAllowed('POST'));
      router.use(nothingHere, brokenHere);
      return router;
    },
    /** Answers what no door and no page does, in the doors' dialect: mostly a wrong base URL. */
    fallback: [nothingHere, brokenHere] as const,
    /** Requests that have not been answered yet. */
    running: () => running.size,
    /** Takes no new request, waits for the running ones at most so long, then ends them. */
    async drain(ms: number): Promise<void> {
      closing = true;
      const cancel = deps.clock.setTimer(ms, () => {
        const reason = new AppError('shutting_down', 'The server is restarting. Try again.');
        for (const abort of running.keys()) abort.abort(reason);
      });
      await Promise.allSettled(running.values());
      cancel();
    },
  };
}

function modelObject(model: { name: string; createdAt: number }) {
  return { id: model.name, object: 'model', created: model.createdAt, owned_by: 'gatehouse' };
}

function methodNotAllowed(allow: string) {
  return (req: Request, res: Response) => {
    res.setHeader('allow', allow);
    sendError(res, new AppError('method_not_allowed', `Use ${allow}, not ${req.method}, here.`));
  };
}

function sendError(res: Response, error: AppError): void {
  res.status(ERRORS[error.code].http).set(errorHeaders(error)).json(errorBody(error));
}
