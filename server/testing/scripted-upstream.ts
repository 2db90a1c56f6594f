import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the platform received it. */
export type ReceivedCall = {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  bytes: Buffer;
  text: string;
  /** The body parsed, or null when it was not JSON. */
  json: Record<string, unknown> | null;
  /** Resolves once the connection under this request is closed. */
  closed: Promise<void>;
};

export type Respond = (call: ReceivedCall, res: http.ServerResponse) => void | Promise<void>;

/**
 * A platform speaking OpenAI's protocol over real HTTP, whose answers a test writes. Replies are
 * taken from `script` in turn; the last one repeats.
 */
export async function scriptedUpstream(...script: Respond[]) {
  const calls: ReceivedCall[] = [];
  let replies = script;
  const called = Promise.withResolvers<void>();
  const server = http.createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const text = bytes.toString();
    const closed = new Promise<void>((resolve) => res.once('close', () => resolve()));
    const { headers, method = '', url: path = '' } = req;
    const call = { method, path, headers, bytes, text, json: parse(text), closed };
    const respond = replies[Math.min(calls.length, replies.length - 1)];
    calls.push(call);
    called.resolve();
    await respond?.(call, res);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    port,
    calls,
    /** Resolves with the first call. */
    called: called.promise,
    /** Starts over with other replies. */
    script(...next: Respond[]) {
      calls.length = 0;
      replies = next;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
export type ScriptedUpstream = Awaited<ReturnType<typeof scriptedUpstream>>;

function parse(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const USAGE = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 };

/** A whole answer of three output and seven input tokens. */
export function answer(text = 'Hello there, you', usage: object | null = USAGE): Respond {
  return (call, res) => {
    sendJson(res, 200, {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1,
      model: call.json?.['model'],
      choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
      ...(usage && { usage }),
    });
  };
}

export const frame = (json: object) => `data: ${JSON.stringify(json)}\n\n`;
export const DONE = 'data: [DONE]\n\n';

/** One chunk of a stream that says `text`. */
export function chunk(text: string, finish: string | null = null): string {
  return frame({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'tiny',
    choices: [{ index: 0, delta: { content: text }, finish_reason: finish }],
  });
}

export const usageChunk = frame({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'tiny',
  choices: [],
  usage: USAGE,
});

/** A stream of these words, its usage when asked for as the real platform does, and its end. */
export function stream(words: readonly string[] = ['Hello', ' there', ', you']): Respond {
  return (call, res) => {
    startStream(res);
    for (const word of words) res.write(chunk(word));
    res.write(chunk('', 'stop'));
    const options = call.json?.['stream_options'] as { include_usage?: boolean } | undefined;
    if (options?.include_usage) res.write(usageChunk);
    res.end(DONE);
  };
}

/** A stream of exactly these pieces, whatever they are; `cut` breaks the connection at the end. */
export function rawStream(pieces: readonly string[], { cut = false } = {}): Respond {
  return (_call, res) => {
    startStream(res);
    for (const piece of pieces) res.write(piece);
    if (!cut) res.end();
    else setImmediate(() => res.destroy());
  };
}

/** A stream that says one word and then nothing until its connection closes. */
export function stuckStream(word = 'Hello'): Respond {
  return (_call, res) => {
    startStream(res);
    res.write(chunk(word));
  };
}

/** Never answers. */
export const silence: Respond = () => undefined;

export function failure(status: number, headers: http.OutgoingHttpHeaders = {}): Respond {
  return (_call, res) => {
    const error = { message: `scripted ${status}`, type: 'scripted', param: null, code: null };
    sendJson(res, status, { error }, headers);
  };
}

export function raw(status: number, type: string, body: string | Buffer): Respond {
  return (_call, res) => {
    res.writeHead(status, { 'content-type': type });
    res.end(body);
  };
}

function startStream(res: http.ServerResponse): void {
  res.writeHead(200, { 'content-type': 'text/event-stream' });
}

function sendJson(
  res: http.ServerResponse,
  status: number,
  json: object,
  headers: http.OutgoingHttpHeaders = {},
): void {
  res.writeHead(status, { ...headers, 'content-type': 'application/json' });
  res.end(JSON.stringify(json));
}
