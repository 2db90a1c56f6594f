import type { Protocol } from '#shared/schemas/platforms.ts';
import { WIRES } from './wire.ts';

/**
 * What a request wishes of the fake platform, said in its prompt so that it survives translation:
 * `pauseMs` between the first chunk and the others; a stop after every `stopEvery` chunks (0 = none).
 */
export type Wish = { pauseMs: number; chunks: number; stopEvery: number };

const PROMPT = /bench (\d+)x(\d+)\/(\d+)/;

/** The wish in a request's text; null when it has none. */
export function readWish(request: string): Wish | null {
  const [, pauseMs, chunks, stopEvery] = PROMPT.exec(request) ?? [];
  if (chunks === undefined) return null;
  return { pauseMs: Number(pauseMs), chunks: Number(chunks), stopEvery: Number(stopEvery) };
}

/** How many chunks may follow the `sent` ones before the next stop, or the end. */
export function chunksToStop(sent: number, { chunks, stopEvery }: Wish): number {
  const toEnd = chunks - sent;
  return stopEvery === 0 ? toEnd : Math.min(toEnd, stopEvery - (sent % stopEvery));
}

/** The bodies of requests for a stream. */
const BODIES: Readonly<Record<Protocol, (model: string, prompt: string) => object>> = {
  'openai-chat': (model, content) => ({
    model,
    stream: true,
    stream_options: { include_usage: true },
    messages: [{ role: 'user', content }],
  }),
  'openai-responses': (model, input) => ({ model, stream: true, store: false, input }),
  'anthropic-messages': (model, content) => ({
    model,
    stream: true,
    max_tokens: 100_000,
    messages: [{ role: 'user', content }],
  }),
  gemini: (_model, text) => ({ contents: [{ role: 'user', parts: [{ text }] }] }),
};

export type StreamRequest = {
  url: URL;
  key: string;
  protocol: Protocol;
  model: string;
  wish: Wish;
};

/** A request for a stream as it goes over the wire. */
export function streamRequest({ url, key, protocol, model, wish }: StreamRequest): Buffer {
  const prompt = `bench ${wish.pauseMs}x${wish.chunks}/${wish.stopEvery}`;
  const body = JSON.stringify(BODIES[protocol](model, prompt));
  const { base, path } = WIRES[protocol];
  const head = [
    `POST ${base}${path(model)} HTTP/1.1`,
    `host: ${url.host}`,
    `authorization: Bearer ${key}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}
