import { describe, expect, test } from 'vitest';
import { frameData } from '../../infra/sse.ts';
import { PLATFORMS } from '../../testing/matrix/index.ts';
import { recorded, recordedFrames } from '../../testing/matrix/recorded.ts';
import type { StreamPassage } from '../request.ts';
import { EMPTY_DIALOGUE } from './dialogue.ts';
import { JSON_ARRAY, SSE } from './framing.ts';
import { PROTOCOLS } from './index.ts';
import { forwarded, translated } from './passage.ts';
import type { AnswerContext } from './protocol.ts';

const ACCOUNT = '0123abcd';
const MARK = /"ghS[aog]0123abcd/;
const MARKS = /ghS[aog]0123abcd/g;
const SAID = {
  thought: { text: 'Two and two.', seal: 'c2VhbA/+c2VhbA==' },
  text: 'Four, I think.',
  call: { id: 'call_up', name: 'weather', arguments: { city: 'Łódź' } },
};
const WRITTEN = 'Four, I think.weather{"city":"Łódź"}';
const CONTEXT: AnswerContext = {
  requestId: 'request-1',
  model: 'gpt-lab',
  createdAt: 1,
  wantsUsage: true,
  dialogue: { ...EMPTY_DIALOGUE, messages: [] },
  echo: {},
};

/** Sends every frame through; the steps, with the end of the stream. */
function steps(passage: StreamPassage, frames: readonly string[]) {
  const read = frames.flatMap((frame) => {
    const data = frameData(Buffer.from(frame));
    return data === undefined ? [] : [passage.read(Buffer.from(frame), data)];
  });
  const end = read.some(({ last }) => last) ? null : passage.end();
  return end ? [...read, end] : read;
}

describe.each(PLATFORMS)('$protocol', (platform) => {
  const protocol = PROTOCOLS[platform.protocol];
  const isSealed = platform.protocol !== 'openai-chat';

  test('forwarded whole: the same bytes but for the mark; words and tokens are told', async () => {
    const body = await recorded(platform.say(SAID), false);
    const whole = forwarded(protocol, SSE, ACCOUNT).whole(body, 'application/json');
    if ('error' in whole) throw new Error(whole.error);
    expect(MARK.test(whole.body.toString())).toBe(isSealed);
    expect(whole.body.toString().replaceAll(MARKS, '')).toBe(body.toString());
    expect(whole.text).toContain(WRITTEN);
    expect(whole.usage).toMatchObject({ inputTokens: 7, outputTokens: 3 });
  });

  test('forwarded as a stream: the same frames but for the mark, and one last step', async () => {
    const frames = await recordedFrames(platform.say(SAID));
    const told = steps(forwarded(protocol, SSE, ACCOUNT).stream(), frames);
    const sent = told.map(({ out }) => out.toString()).join('');
    expect(MARK.test(sent)).toBe(isSealed);
    expect(sent.replaceAll(MARKS, '')).toBe(frames.join(''));
    expect(told.map(({ text }) => text).join('')).toContain('Four, I think.');
    expect(told.findLast(({ usage }) => usage)?.usage).toMatchObject({ outputTokens: 3 });
    expect(told.filter(({ last }) => last)).toHaveLength(1);
    expect(told.filter(({ error }) => error !== null)).toEqual([]);
  });

  test('forwarded for another framing: the data alone', async () => {
    const frames = await recordedFrames(platform.say({ text: 'Hello' }));
    const [first] = steps(forwarded(protocol, JSON_ARRAY, ACCOUNT).stream(), frames);
    expect(first?.out).toEqual([{ data: frameData(Buffer.from(frames[0] ?? '')) }]);
  });

  test.each(Object.values(PROTOCOLS))(
    'translated to $id: the seal carries its account',
    async (client) => {
      const passage = translated(client, protocol, CONTEXT, ACCOUNT);
      const whole = passage.whole(await recorded(platform.say(SAID), false), 'application/json');
      if ('error' in whole) throw new Error(whole.error);
      const told = steps(passage.stream(), await recordedFrames(platform.say(SAID)));
      const sent = JSON.stringify(told.map(({ out }) => out));
      const seals = client.id !== 'openai-chat' && platform.protocol !== 'openai-chat';
      for (const said of [whole.body.toString(), sent])
        expect(said.includes(`${ACCOUNT}`)).toBe(seals);
      expect(told.filter(({ last }) => last)).toHaveLength(1);
      expect(whole.usage).toMatchObject({ inputTokens: 7, outputTokens: 3 });
    },
  );

  test.each([
    ['an error', '{"error":{"message":"busy"}}', 'busy'],
    ['no answer', '[1]', expect.stringMatching(/./)],
  ])('%s is told as such, whole and within a stream', async (_what, body, message) => {
    for (const passage of [
      forwarded(protocol, SSE, ACCOUNT),
      translated(protocol, protocol, CONTEXT, ACCOUNT),
    ]) {
      expect(passage.whole(Buffer.from(body), 'application/json')).toEqual({ error: message });
    }
    const stream = translated(protocol, protocol, CONTEXT, ACCOUNT).stream();
    const step = stream.read(Buffer.alloc(0), '{"error":{"message":"busy"},"type":"error"}');
    expect(step).toMatchObject({ error: 'busy', out: [] });
  });

  test('a stream that stops in the middle has no end', async () => {
    const frames = await recordedFrames(platform.say(SAID));
    const passage = forwarded(protocol, SSE, ACCOUNT).stream();
    const told = steps(passage, frames.slice(0, 2));
    expect(told.some(({ last }) => last)).toBe(false);
  });
});
