import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { gatewayHarness } from '../testing/gateway-harness.ts';
import { scriptedUpstream } from '../testing/scripted-upstream.ts';

const WORDS = ['Grüße', ' 你好', ' 👋', ' and', ' bye'];
const frame = (data: string) => `data: ${data}\n\n`;
const chunk = (content: string) =>
  frame(JSON.stringify({ choices: [{ index: 0, delta: { content } }] }));
const STREAM = `${WORDS.map(chunk).join('')}${frame('[DONE]')}`;

function streaming() {
  return scriptedUpstream(async (_call, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const word of WORDS) {
      res.write(chunk(word));
      // One turn of the loop apart, so that they arrive as pieces of their own.
      await new Promise((resolve) => setImmediate(resolve));
    }
    res.end(frame('[DONE]'));
  });
}

function request(version: '1.0' | '1.1', { last }: { last: boolean }): string {
  const body = JSON.stringify({
    model: 'gpt-lab',
    stream: true,
    messages: [{ role: 'user', content: 'hi' }],
  });
  return [
    `POST /v1/chat/completions HTTP/${version}`,
    'host: gatehouse.example',
    'authorization: Bearer gh-good',
    `content-length: ${body.length}`,
    ...(last ? ['connection: close'] : []),
    '',
    body,
  ].join('\r\n');
}

/** Everything the server sends until it closes the connection. */
function talk(url: string, sent: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(sent));
    socket.on('data', (bytes) => chunks.push(bytes));
    socket.on('end', () => resolve(Buffer.concat(chunks)));
    socket.on('error', reject);
  });
}

type Answer = { head: string; body: string };

/** Takes one answer off the front of what was sent, its chunks put together. */
function takeAnswer(bytes: Buffer): { answer: Answer; rest: Buffer } {
  const headEnd = bytes.indexOf('\r\n\r\n');
  const head = bytes.toString('latin1', 0, headEnd);
  let at = headEnd + 4;
  const parts: Buffer[] = [];
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const length = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    const start = lineEnd + 2;
    expect(bytes.toString('latin1', start + length, start + length + 2)).toBe('\r\n');
    parts.push(bytes.subarray(start, start + length));
    at = start + length + 2;
    if (length === 0) break;
  }
  return { answer: { head, body: String(Buffer.concat(parts)) }, rest: bytes.subarray(at) };
}

test('streams asked for on one connection come whole and one after the other', async () => {
  await using upstream = await streaming();
  await using h = await gatewayHarness(upstream);
  const asked = [1, 2, 3].map((number) => request('1.1', { last: number === 3 })).join('');
  let rest = await talk(h.url, asked);
  for (let count = 0; count < 3; count += 1) {
    const taken = takeAnswer(rest);
    expect(taken.answer.head).toMatch(/^HTTP\/1\.1 200 /);
    expect(taken.answer.body).toBe(STREAM);
    rest = taken.rest;
  }
  expect(rest.length).toBe(0);
});

test('a client of HTTP/1.0 gets the stream without chunks', async () => {
  await using upstream = await streaming();
  await using h = await gatewayHarness(upstream);
  const answer = String(await talk(h.url, request('1.0', { last: true })));
  const [head, body] = [
    answer.slice(0, answer.indexOf('\r\n\r\n')),
    answer.slice(answer.indexOf('\r\n\r\n') + 4),
  ];
  expect(head).not.toMatch(/transfer-encoding/i);
  expect(body).toBe(STREAM);
});
