import net from 'node:net';
import type { Door } from './jobs.ts';
import { createResponseParser } from './response-parser.ts';

export type Listener = {
  body?(bytes: Buffer): void;
  /** The answer ended; `status` 0 = the connection broke before its end. */
  end(status: number): void;
};

export type Connection = {
  /** Sends a whole request; the one before must have ended. */
  send(request: Buffer, listener: Listener): void;
  close(): void;
};

/** A keep-alive connection that opens itself anew when the other side has closed it. */
export function openConnection({ hostname, port }: URL): Connection {
  let socket: net.Socket | null = null;
  let listener: Listener | null = null;

  function end(status: number): void {
    const ended = listener;
    listener = null;
    ended?.end(status);
  }

  function connect(): net.Socket {
    const parser = createResponseParser({ body: (bytes) => listener?.body?.(bytes), end });
    const opened = net.connect({ host: hostname, port: Number(port), noDelay: true });
    opened.on('data', parser.push);
    // NOTE: what went wrong is told by 'close', which follows every error.
    opened.on('error', () => {});
    opened.on('close', () => {
      if (socket === opened) socket = null;
      end(0);
    });
    return opened;
  }

  return {
    send(request, to) {
      listener = to;
      socket ??= connect();
      socket.write(request);
    },
    close: () => void socket?.destroy(),
  };
}

export type ChatRequest = {
  url: URL;
  key: string;
  /** Size of the body. */
  bytes: number;
  /** Asks for a stream of so many chunks at this distance; else for a whole answer. */
  stream?: { gapMs: number; chunks: number };
  /** Further headers. */
  headers?: Readonly<Record<string, string>>;
  /** Chat when absent. */
  door?: Door;
};

const INSTRUCTIONS = 'You are a helpful assistant.';
const PATHS: Readonly<Record<Door, string>> = {
  chat: '/v1/chat/completions',
  messages: '/v1/messages',
};

/** A body without the words that fill it; they belong into the last message. */
function emptyBody(door: Door, stream: ChatRequest['stream']) {
  const common = {
    model: 'gpt-bench',
    ...(stream && { stream: true, user: `${stream.gapMs}x${stream.chunks}` }),
    temperature: 0.7,
  };
  const user = { role: 'user', content: '' };
  if (door === 'messages') {
    return { ...common, max_tokens: 1_000, system: INSTRUCTIONS, messages: [user] };
  }
  return { ...common, messages: [{ role: 'system', content: INSTRUCTIONS }, user] };
}

/** A chat request as it goes over the wire, its body of exactly `bytes` bytes. */
export function chatRequest(wanted: ChatRequest): Buffer {
  const { url, key, bytes, stream, headers = {}, door = 'chat' } = wanted;
  const body = emptyBody(door, stream);
  const last = body.messages.at(-1);
  if (last) last.content = 'lorem ipsum '.repeat(bytes / 12 + 1);
  const tooLong = Buffer.byteLength(JSON.stringify(body)) - bytes;
  if (last) last.content = last.content.slice(0, -tooLong);
  const head = [
    `POST ${PATHS[door]} HTTP/1.1`,
    `host: ${url.host}`,
    `authorization: Bearer ${key}`,
    'content-type: application/json',
    `content-length: ${bytes}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${JSON.stringify(body)}`);
}

/** The status of the answer, 0 when the connection broke before its end. */
export function ask(connection: Connection, request: Buffer): Promise<number> {
  return new Promise((resolve) => connection.send(request, { end: resolve }));
}
