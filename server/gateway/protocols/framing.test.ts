import fc from 'fast-check';
import { expect, test } from 'vitest';
import { frameData } from '../../infra/sse.ts';
import { sseFrames } from '../../testing/sse-frames.ts';
import { type Framing, JSON_ARRAY, SSE } from './framing.ts';
import type { Frame } from './protocol.ts';

/** JSON on one line, as every protocol's frames are. */
const frames = fc.array(
  fc.record({
    event: fc.constantFrom('message_stop', 'response.completed'),
    data: fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify({ text })),
  }),
);

/** What goes over the wire when a heartbeat stands between any two pieces. */
function wire(framing: Framing, said: readonly Frame[]): string {
  const pieces = said.map((frame, index) => framing.heartbeat + framing.frame(frame, index === 0));
  return pieces.join('') + framing.heartbeat + framing.close(said.length === 0);
}

test('events come out as they went in, and heartbeats mean nothing', async () => {
  await fc.assert(
    fc.asyncProperty(frames, async (said) => {
      const heard: (string | undefined)[] = [];
      const bytes = Buffer.from(wire(SSE, said));
      for await (const frame of sseFrames(body(bytes))) heard.push(frameData(frame));
      expect(heard.filter((data) => data !== undefined)).toEqual(said.map(({ data }) => data));
    }),
  );
});

test('an event without a name is data only', () => {
  expect(SSE.frame({ data: '{}' }, true)).toBe('data: {}\n\n');
  expect(SSE.frame({ event: 'ping', data: '{}' }, true)).toBe('event: ping\ndata: {}\n\n');
});

test('a streamed array is valid JSON, with and without pieces and heartbeats', () => {
  fc.assert(
    fc.property(frames, (said) => {
      expect(JSON.parse(wire(JSON_ARRAY, said))).toEqual(said.map(({ data }) => JSON.parse(data)));
    }),
  );
});

async function* body(bytes: Buffer) {
  yield bytes;
}
