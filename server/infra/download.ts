import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, RequestHandler, Response } from 'express';
import type { z } from 'zod';
import { AppError, ERRORS } from '#shared/errors.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { Log } from './log.ts';

/** Each holds one of few connections to the database in turn. */
const MOST_AT_ONCE = 2;
const TYPES = { csv: 'text/csv', ndjson: 'application/x-ndjson' } as const;

type Format = keyof typeof TYPES;

export type DownloadDeps<Query extends { format: Format }> = {
  /** The file's name without its ending. */
  name: string;
  query: z.ZodType<Query>;
  /** The file, a piece at a time. Throws AppError forbidden for those who may not have it. */
  lines(me: Me, query: Query): AsyncGenerator<string>;
  /** How browsers carry sessions. */
  door: {
    readSession(req: Request, res: Response): Promise<{ me: Me } | null>;
    checkOrigin(req: Request): void;
  };
  /** Tells a database that is away from a fault of ours. */
  explain(thrown: unknown): AppError;
  newId: () => string;
  log: Pick<Log, 'warn' | 'error'>;
};

/**
 * GET: what fits the filters in the query, as a file. It is written as fast as the browser
 * takes it. When it cannot be finished the connection is cut, so that half a file never looks whole.
 */
export function createDownload<Query extends { format: Format }>(
  deps: DownloadDeps<Query>,
): RequestHandler {
  const { door, explain, lines, log, name, newId } = deps;
  let running = 0;

  async function begin(req: Request, res: Response): Promise<AsyncGenerator<string>> {
    checkPage(req);
    const session = await door.readSession(req, res);
    if (!session) throw new AppError('not_signed_in', 'Sign in first.');
    const query = deps.query.safeParse(req.query);
    if (!query.success) throw badQuery(query.error.issues[0]);
    if (running >= MOST_AT_ONCE) {
      throw new AppError('rate_limited', 'Others are exporting. Try again when they are done.', {
        retryAfterMs: 10_000,
      });
    }
    const { format } = query.data;
    res.setHeader('content-type', `${TYPES[format]}; charset=utf-8`);
    res.setHeader('content-disposition', `attachment; filename="${name}.${format}"`);
    return lines(session.me, query.data);
  }

  /** Browsers name no origin when they only read from it; what another site began they say apart. */
  function checkPage(req: Request): void {
    const site = req.headers['sec-fetch-site'];
    const foreign = site !== undefined && site !== 'same-origin' && site !== 'none';
    if (foreign || req.headers.origin !== undefined) door.checkOrigin(req);
  }

  return async (req, res) => {
    const requestId = newId();
    res.setHeader('x-request-id', requestId);
    res.setHeader('cache-control', 'no-store');
    let counted = false;
    try {
      const text = await begin(req, res);
      running += 1;
      counted = true;
      // What cannot even begin is told as an error, and not as a file.
      const first = await text.next();
      await pipeline(Readable.from(withFirst(first, text)), res);
    } catch (error) {
      if (res.headersSent || res.destroyed) {
        if (!isPrematureClose(error)) log.error({ err: error, requestId }, 'an export broke off');
        res.destroy();
      } else refuse(res, error, requestId);
    } finally {
      if (counted) running -= 1;
    }
  };

  function refuse(res: Response, thrown: unknown, requestId: string): void {
    const error = explain(thrown);
    const { http } = ERRORS[error.code];
    if (http >= 500) log.error({ err: error.cause ?? error, requestId }, 'an export failed');
    res.removeHeader('content-disposition');
    const { code, message, param, retryAfterMs } = error;
    const data = { appCode: code, param, retryAfterMs, requestId, fieldErrors: [] };
    res.status(http).json({ error: { code, message, data } });
  }
}

async function* withFirst(first: IteratorResult<string>, rest: AsyncGenerator<string>) {
  try {
    if (first.done) return;
    yield first.value;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

/** The browser left: nothing is wrong. */
function isPrematureClose(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

function badQuery(issue: { path: PropertyKey[]; message: string } | undefined): AppError {
  const param = issue?.path.join('.') ?? 'query';
  return new AppError('bad_request', `${param}: ${issue?.message ?? 'is not valid'}`, { param });
}
