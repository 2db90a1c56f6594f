import { describe, expect, test, vi } from 'vitest';
import { createChatStore } from './chat-store.ts';
import { ChatError, type ChatEvent } from './chat-stream.ts';
import type { RequestBody } from './conversation.ts';

type Step = ChatEvent | Error | 'wait';

/** A store whose server says what each script says; `wait` hangs until the request is aborted. */
function storeWith(scripts: Step[][], kept: string | null = null) {
  const asked: RequestBody[] = [];
  let time = 0;
  let ids = 0;
  const waiting = Promise.withResolvers<void>();
  const keep = vi.fn<(conversation: string) => void>();
  const store = createChatStore({
    async *send(body, { signal, onRequestId }) {
      asked.push(body);
      onRequestId(`req-${asked.length}`);
      for (const step of scripts.shift() ?? []) {
        time += 100;
        if (step instanceof Error) throw step;
        if (step !== 'wait') {
          yield step;
          continue;
        }
        waiting.resolve();
        if (!signal.aborted) await new Promise((done) => signal.addEventListener('abort', done));
        throw signal.reason;
      }
    },
    now: () => time,
    newId: () => `t${++ids}`,
    later: () => () => undefined,
    read: () => kept,
    keep,
  });
  const ask = (text: string) => {
    store.setDraft(text);
    return store.ask('lab');
  };
  return { store, asked, ask, keep, waiting: waiting.promise };
}

const say = (text: string): ChatEvent => ({ kind: 'text', text });
const texts = (store: { get: () => { turns: { text: string }[] } }) =>
  store.get().turns.map((turn) => turn.text);

describe('asking', () => {
  test('an answer carries its words, tokens, times and request id', async () => {
    const usage: ChatEvent = { kind: 'usage', inputTokens: 3, outputTokens: 2 };
    const finish: ChatEvent = { kind: 'finish', reason: 'stop' };
    const { store, ask } = storeWith([[say('Hel'), say('lo'), finish, usage]]);
    await ask(' hi ');
    expect(store.get().draft).toBe('');
    expect(store.get().turns).toMatchObject([
      { role: 'user', text: 'hi' },
      {
        role: 'assistant',
        text: 'Hello',
        state: 'done',
        finish: 'stop',
        inputTokens: 3,
        outputTokens: 2,
        firstTokenMs: 100,
        totalMs: 400,
        requestId: 'req-1',
      },
    ]);
  });

  test('the whole conversation and the settings go with each question', async () => {
    const { store, asked, ask } = storeWith([[say('one')], [say('two')]]);
    store.setSettings({ system: 'Be brief.', temperature: 0, maxTokens: 9 });
    await ask('a');
    await ask('b');
    expect(asked[1]).toEqual({
      model: 'lab',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'one' },
        { role: 'user', content: 'b' },
      ],
      temperature: 0,
      max_tokens: 9,
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  test('an empty draft asks nothing', async () => {
    const { asked, ask } = storeWith([]);
    await ask('  \n');
    expect(asked).toHaveLength(0);
  });

  test('a second question waits until the running answer has ended', async () => {
    const { store, asked, ask } = storeWith([['wait']]);
    const first = ask('a');
    await ask('b');
    expect(asked).toHaveLength(1);
    expect(store.get().draft).toBe('b');
    store.stop();
    await first;
  });
});

describe('endings', () => {
  test('stopping keeps what was said and is no failure', async () => {
    const { store, ask, waiting } = storeWith([[say('half'), 'wait']]);
    const done = ask('a');
    await waiting;
    store.stop();
    await done;
    expect(store.get().turns.at(-1)).toMatchObject({
      text: 'half',
      state: 'stopped',
      failure: null,
    });
  });

  test('a refusal keeps its code and message, and leaves the question to ask again', async () => {
    const refused = new ChatError('rate_limit_exceeded', 'Slow down.', 2_000);
    const { store, ask } = storeWith([[refused], [say('now')]]);
    await ask('a');
    expect(store.get().turns.at(-1)).toMatchObject({
      state: 'failed',
      failure: { code: 'rate_limit_exceeded', message: 'Slow down.', retryAfterMs: 2_000 },
    });
    await store.again('lab', store.get().turns.at(-1)?.id);
    expect(texts(store)).toEqual(['a', 'now']);
  });

  test('a lost connection is told apart from a refusal', async () => {
    const { store, ask } = storeWith([[say('half'), new TypeError('Failed to fetch')]]);
    await ask('a');
    expect(store.get().turns.at(-1)).toMatchObject({ text: 'half', failure: { code: 'network' } });
  });
});

describe('changing the conversation', () => {
  test('asking again replaces the answer and drops what came after it', async () => {
    const { store, asked, ask } = storeWith([[say('1')], [say('2')], [say('3')]]);
    await ask('a');
    await ask('b');
    await store.again('other', store.get().turns[1]?.id);
    expect(texts(store)).toEqual(['a', '3']);
    expect(asked[2]).toMatchObject({ model: 'other', messages: [{ content: 'a' }] });
  });

  test('a changed question is asked in place of the old one', async () => {
    const { store, ask } = storeWith([[say('1')], [say('2')]]);
    await ask('a');
    await store.editAndAsk('lab', store.get().turns[0]?.id ?? '', 'c');
    expect(texts(store)).toEqual(['c', '2']);
  });

  test('clearing stops the running answer and keeps the settings', async () => {
    const { store, ask } = storeWith([['wait']]);
    store.setSettings({ system: 'kept' });
    const done = ask('a');
    store.clear();
    await done;
    expect(store.get()).toMatchObject({ turns: [], settings: { system: 'kept' } });
  });
});

describe('keeping', () => {
  test('what was kept comes back, a running answer as stopped', async () => {
    const first = storeWith([['wait']]);
    const done = first.ask('a');
    first.store.keepNow();
    const kept = first.keep.mock.calls.at(-1)?.[0] ?? '';
    first.store.stop();
    await done;
    const { store } = storeWith([], kept);
    expect(store.get().turns).toMatchObject([{ text: 'a' }, { state: 'stopped' }]);
  });

  test.each(['', '{', '{"turns":[{"role":"x"}]}', '[]'])('%j starts anew', (kept) => {
    expect(storeWith([], kept).store.get().turns).toEqual([]);
  });

  test('a forgotten conversation is not kept again by its running answer', async () => {
    const { store, ask, keep, waiting } = storeWith([[say('secret'), 'wait']]);
    const done = ask('a');
    await waiting;
    store.forget();
    await done;
    expect(keep.mock.calls.every(([kept]) => !kept.includes('secret'))).toBe(true);
    expect(store.get().turns).toEqual([]);
  });
});
