import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { frameData } from '../../infra/sse.ts';
import { PLATFORMS } from '../../testing/matrix/index.ts';
import type { FakePlatform } from '../../testing/matrix/matrix.ts';
import { recorded } from '../../testing/matrix/recorded.ts';
import { sseFrames } from '../../testing/sse-frames.ts';
import type { DialogueEvent } from './dialogue.ts';
import { PROTOCOLS } from './index.ts';

/* Networks cut a stream anywhere, in the middle of a character too: it has to mean the same. */

const SAID = {
  thought: { text: 'Żółw — 四 🐢?', seal: 'c2VhbA/+c2VhbA==' },
  text: 'Łódź is 四 degrees 🐢.',
  call: { id: 'call_up', name: 'weather', arguments: { city: 'Łódź 🐢' } },
};

async function* pieces(bytes: Buffer, cuts: readonly number[]) {
  let start = 0;
  for (const cut of [...cuts, bytes.length]) {
    yield bytes.subarray(start, cut);
    start = cut;
  }
}

async function eventsOf(
  { protocol }: FakePlatform,
  body: AsyncIterable<Uint8Array>,
): Promise<DialogueEvent[]> {
  const reader = PROTOCOLS[protocol].streamReader();
  const events: DialogueEvent[] = [];
  for await (const frame of sseFrames(body)) {
    const data = frameData(frame);
    if (data !== undefined) events.push(...reader.read(data));
  }
  return [...events, ...reader.end()];
}

/** The same stream with the line ends that some servers write. */
const ENDS = { LF: '\n', CRLF: '\r\n', CR: '\r' };

describe.each(PLATFORMS)('a stream of $protocol', (platform) => {
  test.each(Object.entries(ENDS))('with %s means the same wherever it is cut', async (_n, end) => {
    const text = (await recorded(platform.say(SAID), true)).toString();
    const bytes = Buffer.from(text.replaceAll('\n', end));
    const whole = await eventsOf(platform, pieces(Buffer.from(text), []));
    expect(whole.map(({ type }) => type)).toContain('finish');
    expect(whole.at(-1)).toEqual({ type: 'done' });
    const said = whole.flatMap((event) => (event.type === 'text' ? [event.text] : [])).join('');
    expect(said).toBe(SAID.thought.text + SAID.text + JSON.stringify(SAID.call.arguments));
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      expect(await eventsOf(platform, pieces(bytes, [cut])), `cut at ${cut}`).toEqual(whole);
    }
  });

  test('means the same in pieces of any sizes, and byte by byte', async () => {
    const bytes = await recorded(platform.say(SAID), true);
    const whole = await eventsOf(platform, pieces(bytes, []));
    const all = Array.from(bytes, (_byte, index) => index);
    expect(await eventsOf(platform, pieces(bytes, all))).toEqual(whole);
    await fc.assert(
      fc.asyncProperty(fc.subarray(all, { maxLength: 40 }), async (cuts) => {
        expect(await eventsOf(platform, pieces(bytes, cuts))).toEqual(whole);
      }),
    );
  });
});
