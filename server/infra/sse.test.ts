import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sseFrames } from '../testing/sse-frames.ts';
import { createOutbound } from './outbound/index.ts';
import { frameData, isWholeFrame } from './sse.ts';

async function* chunksOf(chunks: readonly Uint8Array[]) {
  yield* chunks;
}

async function split(chunks: readonly Uint8Array[], maxLineBytes?: number): Promise<Buffer[]> {
  const limits = maxLineBytes === undefined ? {} : { maxLineBytes };
  const frames: Buffer[] = [];
  for await (const frame of sseFrames(chunksOf(chunks), limits)) frames.push(frame);
  return frames;
}

const texts = async (text: string) => (await split([Buffer.from(text)])).map(String);

test.each(['\n', '\r\n', '\r'])('frames end at a blank line of %j', async (eol) => {
  const frames = [`data: 1${eol}${eol}`, `event: x${eol}data: 2${eol}${eol}`, `: ping${eol}${eol}`];
  expect(await texts(frames.join(''))).toEqual(frames);
});

test('mixed line ends, lone blank lines and an unfinished tail', async () => {
  expect(await texts('data: 1\r\n\ndata: 2\n\r\n\ndata: 3\n')).toEqual([
    'data: 1\r\n\n',
    'data: 2\n\r\n',
    '\n',
    'data: 3\n',
  ]);
  expect(await texts('')).toEqual([]);
});

test('only an unfinished tail is not whole', async () => {
  const frames = await split([Buffer.from('data: 1\n\n\r\n\ndata: 2\r\n\r\n\r\rdata: 3\r\n')]);
  expect(frames.map(isWholeFrame)).toEqual([true, true, true, true, true, true, false]);
  expect(isWholeFrame(Buffer.from('data: 3'))).toBe(false);
});

test('a frame is handed over with the chunk that ends it, and shares its memory', async () => {
  const chunk = Buffer.from('data: 1\n\ndata: 2\n\nda');
  async function* endless() {
    yield chunk;
    await new Promise(() => {});
  }
  const frames = sseFrames(endless());
  const first = await frames.next();
  const second = await frames.next();
  expect([String(first.value), String(second.value)]).toEqual(['data: 1\n\n', 'data: 2\n\n']);
  expect(first.value?.buffer).toBe(chunk.buffer);
});

const line = fc.oneof(
  fc.constantFrom('data: {"a":1}', 'data:', 'data', 'event: x', ': c', 'database: no', ''),
  fc.string({ unit: 'grapheme' }).map((text) => `data: ${text.replaceAll(/[\r\n]/g, '')}`),
);
const stream = fc
  .array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r', '\n\n', '\r\n\r\n', '\r\r', '')))
  .map((lines) => Buffer.from(lines.flat().join('')));
const noise = fc
  .uint8Array({ maxLength: 60 })
  .map((bytes) => Buffer.from(bytes.map((b) => b % 16)));

test('however the bytes are split, the frames are the same, and joined they are the input', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(stream, noise), fc.array(fc.nat()), async (bytes, marks) => {
      const cuts = [...new Set(marks.map((m) => m % (bytes.length + 1)))].sort((a, b) => a - b);
      const chunks = [0, ...cuts].map((from, i) => bytes.subarray(from, cuts[i] ?? bytes.length));
      const whole = await split([bytes]);
      const byByte = await split([...bytes].map((b) => Uint8Array.of(b)));
      expect((await split(chunks)).map(String)).toEqual(whole.map(String));
      expect(byByte.map(String)).toEqual(whole.map(String));
      expect(Buffer.concat(whole).equals(bytes)).toBe(true);
      expect(whole.slice(0, -1).every(isWholeFrame)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

/** The standard's rules, written plainly. */
function plainData(frame: string): string | undefined {
  const lines = frame.split(/\r\n|\n|\r/).filter((text) => /^data(:|$)/.test(text));
  if (lines.length === 0) return undefined;
  return lines.map((text) => text.replace(/^data:? ?/, '')).join('\n');
}

test('the data of a frame is what the standard says', async () => {
  await fc.assert(
    fc.asyncProperty(stream, async (bytes) => {
      for (const frame of await split([bytes]))
        expect(frameData(frame)).toBe(plainData(String(frame)));
    }),
  );
  expect(frameData(Buffer.from('data: a\ndata:b\n\n'))).toBe('a\nb');
  expect(frameData(Buffer.from('data\n\n'))).toBe('');
  expect(frameData(Buffer.from(': ping\n\n'))).toBeUndefined();
});

test('a frame that is too long is an error, whole or in pieces; earlier frames arrive', async () => {
  const frames = Buffer.from(`data: ok\n\ndata: ${'x'.repeat(200)}\n\n`);
  const pieces = Array.from({ length: 23 }, (_, i) => frames.subarray(i * 10, i * 10 + 10));
  for (const chunks of [[frames], pieces]) {
    const seen: string[] = [];
    const reading = (async () => {
      for await (const frame of sseFrames(chunksOf(chunks), { maxLineBytes: 100 })) {
        seen.push(String(frame));
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'upstream_failed' });
    expect(seen).toEqual(['data: ok\n\n']);
  }
});

test('leaving a stream early ends the request behind it, quietly', async () => {
  const left = Promise.withResolvers<void>();
  const server = createServer((_req, res) => {
    res.write('data: 1\n\n');
    res.on('close', left.resolve);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const outbound = createOutbound({ allow: ['127.0.0.1'], log: { warn: () => {} } });
  const { port } = server.address() as AddressInfo;
  const answer = await outbound.request(`http://127.0.0.1:${port}/`);
  for await (const frame of sseFrames(answer.body)) {
    expect(frameData(frame)).toBe('1');
    break;
  }
  await left.promise;
  await outbound.close();
  server.close();
});
