import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ASKERS, type Asker } from '../testing/hostile/askers.ts';
import { dialectOf, endingOf, errorShape } from '../testing/hostile/dialects.ts';
import { askDoor } from '../testing/hostile/doors.ts';
import { mutated } from '../testing/hostile/mutate.ts';
import { PLATFORMS } from '../testing/matrix/index.ts';
import { lab } from '../testing/matrix/lab.ts';
import type { FakePlatform } from '../testing/matrix/matrix.ts';
import { recorded, recordedFrames } from '../testing/matrix/recorded.ts';
import { type Respond, raw, rawStream } from '../testing/scripted-upstream.ts';

/*
 * Platforms of every protocol misbehave before clients of every protocol. Whatever comes, the client
 * sees a whole answer or an error in its own dialect, and the books are closed once.
 */

const SAID = {
  thought: { text: 'Two and two.', seal: 'c2VhbA/+c2VhbA==' },
  text: 'Hello there, you.',
  call: { id: 'call_up', name: 'weather', arguments: { city: 'Łódź' } },
};
const JSON_TYPE = 'application/json';
const EVENTS = 'text/event-stream';

/** Answers to a question that wants no stream. */
async function badWholes(platform: FakePlatform): Promise<[what: string, reply: Respond][]> {
  const good = (await recorded(platform.say(SAID), false)).toString();
  return [
    ['nothing', raw(200, JSON_TYPE, '')],
    ['half JSON', raw(200, JSON_TYPE, good.slice(0, good.length / 2))],
    ['two answers', raw(200, JSON_TYPE, good + good)],
    ['a page of HTML', raw(200, 'text/html', '<html><body>busy</body></html>')],
    ['null', raw(200, JSON_TYPE, 'null')],
    ['a list', raw(200, JSON_TYPE, '[1]')],
    ['an empty object', raw(200, JSON_TYPE, '{}')],
    ['an error inside', raw(200, JSON_TYPE, '{"error":{"message":"busy","code":503}}')],
    ['an error that is a text', raw(200, JSON_TYPE, '{"error":"busy"}')],
    ['an error without a text', raw(200, JSON_TYPE, '{"error":{"code":[]}}')],
    ['an error with an empty text', raw(200, JSON_TYPE, '{"error":{"message":""}}')],
    ['an error that is an empty text', raw(200, JSON_TYPE, '{"error":"","status":"failed"}')],
    ['deep JSON', raw(200, JSON_TYPE, '['.repeat(200_000) + ']'.repeat(200_000))],
    ['a stream nobody asked for', raw(200, EVENTS, 'data: {}\n\n')],
    ['no content', raw(204, JSON_TYPE, '')],
    ['headers only, then a reset', headersOnly(JSON_TYPE)],
    ['half an answer, then a reset', cutAfter(JSON_TYPE, good.slice(0, 40))],
  ];
}

/** The same where one is wanted. */
async function badStreams(platform: FakePlatform): Promise<[what: string, reply: Respond][]> {
  const frames = await recordedFrames(platform.say(SAID));
  const half = frames.slice(0, frames.length / 2);
  const begun = frames.slice(0, 2);
  const good = (await recorded(platform.say(SAID), false)).toString();
  return [
    ['nothing', raw(200, EVENTS, '')],
    ['no final event', rawStream(half)],
    ['half a frame at the end', rawStream([...half, (frames.at(-1) ?? '').slice(0, 9)])],
    ['a reset in the middle', rawStream(half, { cut: true })],
    ['a reset in the middle of a frame', rawStream([...half, 'data: {"ty'], { cut: true })],
    ['headers only, then a reset', headersOnly(EVENTS)],
    ['a whole answer instead', raw(200, JSON_TYPE, good)],
    ['JSON that says it is text', raw(200, 'text/plain', good)],
    ['an error as JSON', raw(200, JSON_TYPE, '{"error":{"message":"busy"}}')],
    ['an error as the first event', rawStream([event({ error: { message: 'busy' } })])],
    ['an error with an empty text', rawStream([...begun, event({ error: { message: ' ' } })])],
    ['half JSON in an event', rawStream([...begun, 'data: {"type":"co\n\n'])],
    ['an event that is too long', rawStream([...begun, event({ x: 'x'.repeat(2_000_000) })])],
    ['a line of 2 MB without an end', rawStream(['data: ', 'x'.repeat(2_000_000)])],
    ['comments only', rawStream([': hi\n\n', ': hi\n\n'])],
  ];
}

/** Frames that stand between good ones and mean nothing, or nothing good. */
const ODD_FRAMES = [
  ': heartbeat\n\n',
  'event: unknown\ndata: {"type":"unknown.event","x":[{}]}\n\n',
  'event: ping\ndata: {"type":"ping"}\n\n',
  'data: {}\n\n',
  'data: null\n\n',
  'data: []\n\n',
  'data: 1\n\n',
  'data: "x"\n\n',
  'data:\n\n',
  'data: not json\n\n',
  'id: 1\nretry: 1\n\n',
  '\n\n',
  'data: {"choices":null}\n\n',
  'data: {"choices":[{"delta":null}]}\n\n',
  'data: {"choices":[{"delta":{"tool_calls":[{"index":9,"function":{"arguments":"}{"}}]}}]}\n\n',
  'data: {"type":"content_block_delta","index":7,"delta":{"type":"text_delta","text":"x"}}\n\n',
  'data: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"}{"}}\n\n',
  'data: {"type":"content_block_stop","index":99}\n\n',
  'data: {"type":"response.output_text.delta","item_id":"x","output_index":7,"content_index":3,"delta":"x"}\n\n',
  'data: {"type":"response.function_call_arguments.delta","output_index":-1,"delta":"}{"}\n\n',
  'data: {"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","arguments":"}{"}}\n\n',
  'data: {"candidates":[{"content":{"parts":[{"functionCall":{"name":"x","args":"}{"}}]}}]}\n\n',
  'data: {"candidates":[{"content":{"parts":[{"thoughtSignature":"!"},{"text":null}]}}]}\n\n',
  'data: {"candidates":[],"promptFeedback":{"blockReason":"SAFETY"}}\n\n',
];

const CELLS = PLATFORMS.flatMap((platform) =>
  ASKERS.map((asker) => ({ platform, asker, name: `${asker.protocol} → ${platform.protocol}` })),
);

describe.each(CELLS)('$name', ({ platform, asker }) => {
  test('bad whole answers: one clear error each, and nothing held', async () => {
    for (const [what, reply] of await badWholes(platform)) {
      await using it = await lab(platform, [reply]);
      const seen = await ask(it, asker, false);
      expect([what, seen.ending]).toEqual([what, 'error']);
    }
  });

  test('bad streams: one clear error each, and nothing held', async () => {
    for (const [what, reply] of await badStreams(platform)) {
      await using it = await lab(platform, [reply]);
      const seen = await ask(it, asker, true);
      expect([what, seen.ending]).toEqual([what, 'error']);
    }
  });

  test('a call with broken arguments is passed on or an error, never a crash', async () => {
    const good = (await recorded(platform.say(SAID), false)).toString();
    const broken = good
      .replaceAll('{\\"city\\":\\"Łódź\\"}', '{\\"city')
      .replaceAll('{"city":"Łódź"}', '"}{"');
    const frames = (await recordedFrames(platform.say(SAID))).map((frame) =>
      frame.replaceAll('{\\"city\\":\\"', '{\\"city').replaceAll('{"city":"Łódź"}', '"}{"'),
    );
    await using it = await lab(platform, [raw(200, JSON_TYPE, broken), rawStream(frames)]);
    await ask(it, asker, false);
    await ask(it, asker, true);
  });

  test('good frames dropped, doubled, moved, altered or mixed with others', async () => {
    const frames = await recordedFrames(platform.say(SAID));
    await using it = await lab(platform, [rawStream(frames)]);
    expect((await ask(it, asker, true)).ending).toBe('whole');
    await fc.assert(
      fc.asyncProperty(shuffled(frames), fc.boolean(), async (sent, cut) => {
        it.upstream.script(rawStream(sent, { cut }));
        await ask(it, asker, true);
      }),
      { numRuns: 40 },
    );
  });

  test('good answers changed anywhere', async () => {
    const good: unknown = JSON.parse((await recorded(platform.say(SAID), false)).toString());
    await using it = await lab(platform, [platform.say(SAID)]);
    expect((await ask(it, asker, false)).ending).toBe('whole');
    await fc.assert(
      fc.asyncProperty(mutated(good), async (sent) => {
        it.upstream.script(raw(200, JSON_TYPE, sent));
        await ask(it, asker, false);
      }),
      { numRuns: 40 },
    );
  });
});

type Lab = Awaited<ReturnType<typeof lab>>;

/** Asks once and checks what has to hold whatever the platform sends. */
async function ask({ gateway, origin }: Lab, asker: Asker, stream: boolean) {
  gateway.records.length = 0;
  const path = asker.path(stream);
  const res = await askDoor(origin, path, { body: asker.body(stream) });
  const said = await res.text();
  expect(gateway.errors).toEqual([]);
  expect(gateway.records).toHaveLength(1);
  expect([gateway.held.size, gateway.busy.size]).toEqual([0, 0]);
  const ending = res.status === 200 ? endOf(path, said, stream) : 'error';
  if (res.status !== 200) {
    expect(res.status).toBe(502);
    expect(JSON.parse(said)).toEqual(errorShape(dialectOf(path), 502));
  }
  const { outcome } = gateway.records[0] ?? {};
  expect([ending, outcome, said]).toEqual([
    outcome === 'ok' ? 'whole' : 'error',
    outcome === 'ok' ? 'ok' : 'upstream_failed',
    said,
  ]);
  return { ending };
}

function endOf(path: string, said: string, stream: boolean) {
  if (stream) return endingOf(path, said);
  JSON.parse(said);
  return 'whole';
}

/** Some of the frames in another order, some twice, some changed, some that do not belong there. */
function shuffled(frames: readonly string[]): fc.Arbitrary<string[]> {
  const changed = fc
    .constantFrom(...frames.filter((frame) => frame.includes('data: {')))
    .chain((frame) => {
      const start = frame.indexOf('data: ') + 6;
      return mutated(JSON.parse(frame.slice(start))).map(
        (json) => `${frame.slice(0, start)}${json}\n\n`,
      );
    });
  const other = fc.oneof(fc.constantFrom(...frames), fc.constantFrom(...ODD_FRAMES), changed);
  return fc
    .record({
      kept: fc.subarray([...frames]),
      more: fc.array(fc.record({ at: fc.nat(frames.length), frame: other }), { maxLength: 4 }),
      isWhole: fc.boolean(),
    })
    .map(({ kept, more, isWhole }) => {
      const sent = isWhole ? [...frames] : [...kept];
      for (const { at, frame } of more) sent.splice(at, 0, frame);
      return sent;
    });
}

function event(json: object): string {
  return `data: ${JSON.stringify(json)}\n\n`;
}

function headersOnly(type: string): Respond {
  return cutAfter(type, '');
}

function cutAfter(type: string, text: string): Respond {
  return (_call, res) => {
    res.writeHead(200, { 'content-type': type, 'transfer-encoding': 'chunked' });
    res.flushHeaders();
    if (text) res.write(text);
    setImmediate(() => res.destroy());
  };
}
