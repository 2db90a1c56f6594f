import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BROKEN_OFF,
  bodyChunks,
  ChatError,
  type ChatEvent,
  readChatStream,
  readEnvelope,
  UNREADABLE,
} from './chat-stream.ts';

const frame = (json: object) => `data: ${JSON.stringify(json)}\n\n`;
const text = (content: string) => frame({ choices: [{ index: 0, delta: { content } }] });
const DONE = 'data: [DONE]\n\n';

const WHOLE = [
  ': heartbeat\n\n',
  frame({ choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] }),
  frame({ choices: [{ index: 0, delta: { reasoning_content: '想一想 🤔' } }] }),
  text('你好，'),
  ': heartbeat\n\n',
  text('wörld 👩‍🚀\n\ndata: not a field\n'),
  frame({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
  frame({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 } }),
  DONE,
].join('');

const SAID: ChatEvent[] = [
  { kind: 'reasoning', text: '想一想 🤔' },
  { kind: 'text', text: '你好，' },
  { kind: 'text', text: 'wörld 👩‍🚀\n\ndata: not a field\n' },
  { kind: 'finish', reason: 'stop' },
  { kind: 'usage', inputTokens: 7, outputTokens: 5 },
];

async function* pieces(bytes: Uint8Array, cuts: readonly number[] = []) {
  const edges = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  for (let i = 1; i < edges.length; i++) yield bytes.subarray(edges[i - 1], edges[i]);
}

const encode = (stream: string) => new TextEncoder().encode(stream);

async function read(stream: string) {
  const events: ChatEvent[] = [];
  try {
    for await (const event of readChatStream(pieces(encode(stream)))) events.push(event);
    return { events, error: null };
  } catch (error) {
    return { events, error };
  }
}

describe('a streamed answer', () => {
  test('reads the same however its bytes are cut', async () => {
    const bytes = encode(WHOLE);
    const cut = fc.array(fc.nat(bytes.length), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(cut, async (cuts) => {
        expect(await Array.fromAsync(readChatStream(pieces(bytes, cuts)))).toEqual(SAID);
      }),
    );
  });

  test('reads the same byte by byte and with CRLF', async () => {
    const bytes = encode(WHOLE.replaceAll('\n\n', '\r\n\r\n'));
    const all = Array.from({ length: bytes.length }, (_, at) => at);
    expect(await Array.fromAsync(readChatStream(pieces(bytes, all)))).toEqual(SAID);
  });

  test('usage in the last text frame counts as well', async () => {
    const last = { choices: [{ delta: { content: 'x' }, finish_reason: 'length' }] };
    const usage = { prompt_tokens: 1, completion_tokens: 2 };
    const { events } = await read(frame({ ...last, usage }) + DONE);
    expect(events.map(({ kind }) => kind)).toEqual(['text', 'finish', 'usage']);
  });

  test('what follows [DONE] is not read', async () => {
    const { events, error } = await read(text('a') + DONE + text('b'));
    expect(events).toEqual([{ kind: 'text', text: 'a' }]);
    expect(error).toBeNull();
  });
});

describe('a stream that goes wrong', () => {
  test('an error frame throws its message and code after the text before it', async () => {
    const broken = { error: { message: 'The platform failed.', code: 'upstream_failed' } };
    const { events, error } = await read(text('half') + frame(broken));
    expect(events).toEqual([{ kind: 'text', text: 'half' }]);
    expect(error).toMatchObject({ code: 'upstream_failed', message: 'The platform failed.' });
  });

  test('an end without [DONE] is a broken-off answer', async () => {
    const { events, error } = await read(text('half'));
    expect(events).toHaveLength(1);
    expect(error).toMatchObject({ code: BROKEN_OFF });
  });

  test('a cut frame before the end is a broken-off answer', async () => {
    expect((await read('data: {"choices":[{"del')).error).toMatchObject({ code: BROKEN_OFF });
  });

  test.each(['data: not json\n\n', 'data: [1]\n\n', 'data: {"choices":"x"}\n\n'])(
    'unreadable data %j is told apart',
    async (stream) => {
      expect((await read(stream)).error).toMatchObject({ code: UNREADABLE });
    },
  );

  test('an endless event is refused instead of kept in memory', async () => {
    async function* endless() {
      for (;;) yield encode(`data: ${'x'.repeat(1_000_000)}`);
    }
    const reading = Array.fromAsync(readChatStream(endless()));
    await expect(reading).rejects.toMatchObject({ code: UNREADABLE });
  });

  test('any bytes end in events or a ChatError, never in another error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.string(), async (bytes, line) => {
        const stream = new Uint8Array([...encode(`data: ${line}\n\n`), ...bytes]);
        try {
          await Array.fromAsync(readChatStream(pieces(stream)));
        } catch (error) {
          expect(error).toBeInstanceOf(ChatError);
        }
      }),
    );
  });
});

describe('stopping', () => {
  test('an abort comes through as it is', async () => {
    const reason = new DOMException('stopped', 'AbortError');
    async function* aborted() {
      yield encode(text('a'));
      throw reason;
    }
    await expect(Array.fromAsync(readChatStream(aborted()))).rejects.toBe(reason);
  });

  test('leaving the loop cancels the body', async () => {
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(encode(text('a'))),
      cancel: () => {
        cancelled = true;
      },
    });
    for await (const event of readChatStream(bodyChunks(body))) {
      expect(event).toEqual({ kind: 'text', text: 'a' });
      break;
    }
    expect(cancelled).toBe(true);
  });
});

describe('an error envelope', () => {
  test('reads OpenAI envelopes and the bare text some servers send', () => {
    expect(readEnvelope({ error: { message: 'm', code: 429 } }, 1_000)).toMatchObject({
      code: '429',
      message: 'm',
      retryAfterMs: 1_000,
    });
    expect(readEnvelope({ error: 'm' })).toMatchObject({ code: null, message: 'm' });
    expect(readEnvelope({ choices: [] })).toBeNull();
    expect(readEnvelope(undefined)).toBeNull();
  });
});
