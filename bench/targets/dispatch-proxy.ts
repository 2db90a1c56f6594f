import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Dispatcher, Pool } from 'undici';
import { listen, passedOn, upstreamUrl } from './proxy-process.ts';

/** The least that Node needs for a proxy: undici's lowest door, no stream objects in between. */
const pool = new Pool(upstreamUrl);

function forward(req: IncomingMessage, res: ServerResponse, body: Buffer): void {
  let running: Dispatcher.DispatchController | null = null;
  res.once('close', () => {
    if (!res.writableFinished) running?.abort(new Error('The client left.'));
  });
  pool.dispatch(
    {
      path: req.url ?? '/',
      method: req.method ?? 'GET',
      headers: passedOn(req.headers),
      body,
    },
    {
      onRequestStart(controller) {
        running = controller;
      },
      onResponseStart(_controller, status, headers) {
        res.writeHead(status, passedOn(headers));
      },
      onResponseData(controller, chunk) {
        if (res.write(chunk)) return;
        controller.pause();
        res.once('drain', () => controller.resume());
      },
      onResponseEnd() {
        res.end();
      },
      onResponseError() {
        res.destroy();
      },
    },
  );
}

listen(
  http.createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => forward(req, res, Buffer.concat(chunks)));
  }),
);
