import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { createIncomingBody, type IncomingBody } from './incoming-body.ts';

export type ExchangeOptions = {
  dispatcher: Dispatcher;
  request: Dispatcher.DispatchOptions;
  /** Ends the exchange, wherever it is, with the signal's own reason. */
  signal: AbortSignal | null;
  /** What to throw for an error of undici's. */
  explain(error: unknown): unknown;
};

export type Incoming = { status: number; headers: IncomingHttpHeaders; body: IncomingBody };

/**
 * One request and its answer, by undici's lowest door: its other ones make stream objects, which cost
 * as much CPU as all the rest of a small request (docs/benchmarks.md). Resolves with the headers.
 */
export function exchange({ dispatcher, explain, request, signal }: ExchangeOptions) {
  return new Promise<Incoming>((resolve, reject) => {
    let controller: Dispatcher.DispatchController | null = null;
    let body: ReturnType<typeof createIncomingBody> | null = null;

    function fail(error: unknown): void {
      signal?.removeEventListener('abort', abort);
      if (body) body.fail(error);
      else reject(error);
    }
    function abort(): void {
      fail(signal?.reason);
      controller?.abort(asError(signal?.reason));
    }
    if (signal?.aborted) return abort();
    signal?.addEventListener('abort', abort);

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(started) {
        controller = started;
        if (signal?.aborted) started.abort(asError(signal.reason));
      },
      onResponseStart(flow, status, headers) {
        // NOTE: 1xx only announce the answer.
        if (status < 200) return;
        body = createIncomingBody(flow);
        resolve({ status, headers, body: body.body });
      },
      onResponseData: (_flow, chunk) => body?.push(chunk),
      onResponseEnd() {
        signal?.removeEventListener('abort', abort);
        body?.end();
      },
      onResponseError: (_flow, error) => fail(signal?.aborted ? signal.reason : explain(error)),
    };
    try {
      dispatcher.dispatch(request, handler);
    } catch (error) {
      fail(explain(error));
    }
  });
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
