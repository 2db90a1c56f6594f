import net from 'node:net';
import { stamp } from './load/stamps.ts';
import { announce, httpChunk, readRequests } from './request-reader.ts';

/*
 * A platform that costs as little as Node can make it: it reads as much HTTP as the targets send,
 * and answers from buffers made beforehand. A request for a stream says in `user` how far apart
 * (ms) and how many its chunks shall be, e.g. "20x150".
 */

const USAGE = { prompt_tokens: 110, completion_tokens: 80, total_tokens: 190 };
const ANSWER_BYTES = 600;
const MOST_UNSENT_BYTES = 262_144;

function wholeAnswer(): Buffer {
  const answer = (content: string) =>
    JSON.stringify({
      id: 'chatcmpl-bench0000000000000000000',
      object: 'chat.completion',
      created: 1_760_000_000,
      model: 'tiny',
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
      usage: USAGE,
    });
  const content = 'ipsum dolor '.repeat(100).slice(0, ANSWER_BYTES - answer('').length);
  const head = `content-type: application/json\r\ncontent-length: ${ANSWER_BYTES}`;
  return Buffer.from(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n${answer(content)}`);
}

const WHOLE = wholeAnswer();
const STREAM_HEAD = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n',
);
const FRAME = JSON.stringify({
  id: 'chatcmpl-bench0000000000000000000',
  object: 'chat.completion.chunk',
  created: 1_760_000_000,
  model: 'tiny',
  choices: [{ index: 0, delta: { content: ' STAMP' }, finish_reason: null }],
}).split('STAMP');
const USAGE_FRAME = JSON.stringify({ object: 'chat.completion.chunk', choices: [], usage: USAGE });

function framed(data: string): string {
  return httpChunk(`data: ${data}\n\n`);
}

const DONE = Buffer.from(`${framed('[DONE]')}0\r\n\r\n`);
const USAGE_AND_DONE = Buffer.concat([Buffer.from(framed(USAGE_FRAME)), DONE]);

/** Sends chunks when they are due; one that a slow reader has no room for is lost, and counted so. */
function streamChunks(socket: net.Socket, request: string, [gap, count]: [number, number]): void {
  const last = request.includes('"include_usage":true') ? USAGE_AND_DONE : DONE;
  const startedAt = performance.now();
  let sent = 0;
  const sendDue = () => {
    const due = Math.min(count, Math.floor((performance.now() - startedAt) / gap) + 1);
    for (; sent < due; sent += 1) {
      if (socket.writableLength < MOST_UNSENT_BYTES) socket.write(framed(FRAME.join(stamp())));
    }
    if (sent < count) return;
    stop();
    socket.write(last);
  };
  const timer = setInterval(sendDue, gap);
  // Also when the client leaves: nobody is written to who is gone.
  const stop = () => {
    clearInterval(timer);
    socket.off('close', stop);
  };
  socket.on('close', stop);
  socket.write(STREAM_HEAD);
  sendDue();
}

function answer(socket: net.Socket, request: string): void {
  const wish = request.includes('"stream":true') ? /"user":"(\d+)x(\d+)"/.exec(request) : null;
  if (wish) streamChunks(socket, request, [Number(wish[1]), Number(wish[2])]);
  else socket.write(WHOLE);
}

announce(
  net.createServer({ noDelay: true }, (socket) =>
    readRequests(socket, (request) => answer(socket, request)),
  ),
);
