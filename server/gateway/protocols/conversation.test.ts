import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRequest as anthropic } from './anthropic-messages/read-request.ts';
import { conversationOf } from './conversation.ts';
import { readRequest as gemini } from './gemini/read-request.ts';
import { readRequest as chat } from './openai-chat/read-request.ts';
import { readRequest as responses } from './openai-responses/read-request.ts';

const arrived = (json: object) => ({
  body: Buffer.from(JSON.stringify(json)),
  headers: {},
  model: 'm',
  action: 'generateContent',
  query: new URLSearchParams(),
});

type Turn = { role: 'user' | 'assistant'; text: string };

/** The same conversation in the words of each protocol. */
const PROTOCOLS: Record<string, (system: string, turns: Turn[], more?: object) => string | null> = {
  'openai-chat': (system, turns, more) =>
    chat(
      arrived({
        model: 'm',
        messages: [
          { role: 'system', content: system },
          ...turns.map(({ role, text }) => ({ role, content: text })),
        ],
        ...more,
      }),
    ).conversation(),
  'openai-responses': (system, turns, more) =>
    responses(
      arrived({
        model: 'm',
        instructions: system,
        input: turns.map(({ role, text }) => ({ role, content: text })),
        ...more,
      }),
    ).conversation(),
  'anthropic-messages': (system, turns, more) =>
    anthropic(
      arrived({
        model: 'm',
        max_tokens: 9,
        system,
        messages: turns.map(({ role, text }) => ({ role, content: text })),
        ...more,
      }),
    ).conversation(),
  gemini: (system, turns, more) =>
    gemini(
      arrived({
        systemInstruction: { parts: [{ text: system }] },
        contents: turns.map(({ role, text }) => ({
          role: role === 'user' ? 'user' : 'model',
          parts: [{ text }],
        })),
        ...more,
      }),
    ).conversation(),
};

const user = (text: string): Turn => ({ role: 'user', text });
const model = (text: string): Turn => ({ role: 'assistant', text });

describe.each(Object.entries(PROTOCOLS))('what tells a conversation in %s', (_name, told) => {
  test('every later turn tells the same as the first', () => {
    const first = told('Be kind.', [user('Hello')]);
    expect(first).not.toBeNull();
    expect(told('Be kind.', [user('Hello'), model('Hi'), user('And?')])).toBe(first);
  });

  test('another beginning is another conversation', () => {
    const first = told('Be kind.', [user('Hello')]);
    expect(told('Be kind.', [user('Hello!')])).not.toBe(first);
    expect(told('Be brief.', [user('Hello')])).not.toBe(first);
  });
});

describe('names that clients give', () => {
  test.each(['openai-chat', 'openai-responses'])('%s: prompt_cache_key tells apart', (name) => {
    const told = PROTOCOLS[name];
    const named = told?.('s', [user('Hello')], { prompt_cache_key: 'talk-1' });
    expect(named).not.toBe(told?.('s', [user('Hello')]));
    expect(named).toBe(
      told?.('s', [user('Hello'), model('Hi'), user('?')], { prompt_cache_key: 'talk-1' }),
    );
  });

  const claude = PROTOCOLS['anthropic-messages'];
  const session = '1f0c2f3e-7b5a-4a39-9d6b-5c2f8f8f1a2b';

  test.each([
    `user_3b1f_account__session_${session}`,
    JSON.stringify({ device_id: 'd', account_uuid: '', session_id: session }),
  ])('Claude Code’s session counts alone: %s', (user_id) => {
    const first = claude?.('today is Monday', [user('Hello')], { metadata: { user_id } });
    expect(claude?.('today is Tuesday', [user('Bye')], { metadata: { user_id } })).toBe(first);
  });

  test('cache marks may move', () => {
    const marked = { type: 'text', text: 'Hello', cache_control: { type: 'ephemeral' } };
    const { cache_control: _gone, ...plain } = marked;
    const tell = (block: object) =>
      anthropic(
        arrived({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content: [block] }] }),
      ).conversation();
    expect(tell(marked)).toBe(tell(plain));
  });
});

describe('sampling', () => {
  test('nothing to go by is no conversation', () => {
    expect(conversationOf(null, [])).toBeNull();
    expect(conversationOf('', [])).toBeNull();
    expect(conversationOf(7, [])).toBeNull();
    expect(conversationOf('named', [])).not.toBeNull();
  });

  test('long texts are told apart by their beginning and their end', () => {
    const long = 'a'.repeat(1_000_000);
    const first = conversationOf(null, [long]);
    expect(conversationOf(null, [`b${long.slice(1)}`])).not.toBe(first);
    expect(conversationOf(null, [`${long.slice(1)}b`])).not.toBe(first);
    expect(conversationOf(null, [long])).toBe(first);
  });

  test('whatever was sent is told in bounded time, and never throws', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        expect(conversationOf(null, [json])).toBe(conversationOf(null, [structuredClone(json)]));
      }),
    );
    const wide = Array.from({ length: 100_000 }, (_, at) => ({ at }));
    expect(conversationOf(null, wide)).toHaveLength(43);
    let deep: unknown = 'x';
    for (let level = 0; level < 5_000; level += 1) deep = [deep];
    expect(conversationOf(null, [deep])).toHaveLength(43);
  });
});
