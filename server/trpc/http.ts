import { type AnyRouter, TRPCError } from '@trpc/server';
import { createExpressMiddleware } from '@trpc/server/adapters/express';
import { type NextFunction, type Request, type Response, Router } from 'express';
import { AppError, ERRORS } from '#shared/errors.ts';
import { newId } from '../infra/ids.ts';
import type { Log } from '../infra/log.ts';
import { explainError } from './explain-error.ts';
import type { Context } from './init.ts';
import type { SessionDoor } from './session-door.ts';

const MAX_BODY_BYTES = 1_048_576;
/** Procedures that take a whole file, called alone: JSON of 16 million characters. */
const LARGE_BODY_BYTES = 33_554_432;
const TAKES_FILE: ReadonlySet<string> = new Set(['/vaultBatch.import']);
const MAX_BATCH = 20;

export type TrpcOptions = {
  router: AnyRouter;
  door: SessionDoor;
  log: Pick<Log, 'error'>;
};

/** An Express router that answers the app router's procedures; mount it at /trpc. */
export function mountTrpc({ router, door, log }: TrpcOptions): Router {
  const common = {
    router,
    allowBatching: true,
    maxBatchSize: MAX_BATCH,
    allowMethodOverride: false,
    // What this passes to `next` becomes the answer of every call in the batch, in tRPC's own shape.
    middleware: (req: Request, _res: Response, next: NextFunction) => {
      try {
        refuse(req);
        next();
      } catch (error) {
        next(toTrpcError(error));
      }
    },
    createContext: async ({ req, res }: { req: Request; res: Response }): Promise<Context> => {
      try {
        return await createContext(req, res);
      } catch (error) {
        throw toTrpcError(error);
      }
    },
    onError({ error, path, req }: { error: TRPCError; path: string | undefined; req: Request }) {
      // What was not thrown on purpose keeps its text in the cause, which the answer never shows.
      if (error.code !== 'INTERNAL_SERVER_ERROR' && error.code !== 'SERVICE_UNAVAILABLE') return;
      const cause = error.cause instanceof AppError ? (error.cause.cause ?? error.cause) : error;
      log.error({ err: cause, path, requestId: requestIdOf(req.res) }, 'a procedure failed');
    },
  };
  /** Requests that may be as large as a file: nobody else's are kept in memory. */
  const bringFiles = new WeakSet<Request>();
  const answer = createExpressMiddleware({ ...common, maxBodySize: MAX_BODY_BYTES });
  const answerFile = createExpressMiddleware({ ...common, maxBodySize: LARGE_BODY_BYTES });

  function refuse(req: Request): void {
    if (req.method !== 'GET') door.checkOrigin(req);
    const most = bringFiles.has(req) ? LARGE_BODY_BYTES : MAX_BODY_BYTES;
    if (Number(req.headers['content-length'] ?? 0) > most) {
      const text = `The request is larger than ${most / 1_048_576} MB. Send less at once.`;
      throw new AppError('body_too_large', text);
    }
    // A streamed answer sends its headers first, and then no procedure could set a cookie.
    if (`${req.headers['trpc-accept']},${req.headers.accept}`.includes('application/jsonl')) {
      throw new AppError('bad_request', 'Streamed batches are not offered. Use httpBatchLink.');
    }
  }

  /** Whether somebody who is signed in calls what takes a file. Strangers' bodies stay small. */
  async function bringsFile(req: Request, res: Response): Promise<boolean> {
    if (!TAKES_FILE.has(req.path)) return false;
    // What goes wrong here is told when the context is made.
    return (await door.readSession(req, res).catch(() => null)) !== null;
  }

  async function createContext(req: Request, res: Response): Promise<Context> {
    const session = await door.readSession(req, res);
    return {
      requestId: requestIdOf(res),
      address: req.ip ?? '',
      userAgent: req.headers['user-agent'] ?? '',
      languages: req.headers['accept-language'] ?? '',
      me: session?.me ?? null,
      sessionId: session?.sessionId ?? null,
      proved: session?.proved ?? false,
      origin: req.method === 'GET' ? null : door.originOf(req),
      proofCookie: door.proofCookie(req),
      setSessionCookie: (token) => door.setCookie(res, token),
      setProofCookie: (token) => door.setProofCookie(res, token),
      ssoCookie: door.ssoCookie(req),
      setSsoCookie: (token) => door.setSsoCookie(res, token),
    };
  }

  return Router().use((req, res) => {
    if (!res.hasHeader('x-request-id')) res.setHeader('x-request-id', newId());
    res.setHeader('cache-control', 'no-store');
    void bringsFile(req, res).then((isFile) => {
      if (isFile) bringFiles.add(req);
      (isFile ? answerFile : answer)(req, res, () => undefined);
    });
  });
}

function requestIdOf(res: Response | undefined): string {
  return String(res?.getHeader('x-request-id') ?? '');
}

function toTrpcError(thrown: unknown): TRPCError {
  if (thrown instanceof TRPCError) return thrown;
  const cause = explainError(thrown);
  return new TRPCError({ code: ERRORS[cause.code].trpc, message: cause.message, cause });
}
