import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outlineBody } from './body.ts';
import { openaiChat } from './openai-chat/index.ts';

const LONG = 'word and "quote" and \\n '.repeat(6_000);
const bytesOf = (json: unknown) => Buffer.from(JSON.stringify(json));
const chat = (...contents: string[]) => ({
  model: 'gpt-lab',
  messages: contents.map((content, at) => ({ role: at === 0 ? 'system' : 'user', content })),
});
const CALL = { headers: {}, query: new URLSearchParams(), model: null, action: null };
const read = (json: unknown) => openaiChat.readRequest({ ...CALL, body: bytesOf(json) });
const to = { model: 'tiny', quirks: {}, account: 'tag' as never };

describe('a large body', () => {
  test('is parsed without the middle of its very long texts, and whole when asked', () => {
    const json = chat('Be nice.', LONG);
    const body = outlineBody(bytesOf(json), 'messages');
    const [, shown] = (body.json as typeof json).messages;
    expect(shown?.content.length).toBeLessThan(40_000);
    expect(LONG.startsWith(shown?.content.slice(0, 2_048) ?? '?')).toBe(true);
    expect(LONG.endsWith(shown?.content.slice(-2_048) ?? '?')).toBe(true);
    expect(body.lacking(shown?.content ?? '')).toBeGreaterThan(
      LONG.length - (shown?.content.length ?? 0) - 1,
    );
    expect(body.lacking('Be nice.')).toBe(0);
    expect(body.whole()).toEqual(json);
  });

  test('reaches the platform as it came, but for the model', () => {
    const json = chat('Be nice.', LONG, LONG);
    const { body } = read(json).forward(to);
    expect(JSON.parse(String(body))).toEqual({ ...json, model: 'tiny' });
  });

  test('reaches a platform whose quirks change its messages with all of their text', () => {
    const json = chat(LONG, LONG);
    const renamed = { ...to, quirks: { roles: { system: 'developer' } } };
    const [first] = JSON.parse(String(read(json).forward(renamed).body)).messages;
    expect(first).toEqual({ role: 'developer', content: LONG });
  });

  test('tells its texts, their size and its conversation as a small one does', () => {
    const large = read(chat('Be nice.', LONG, 'x'.repeat(200_000)));
    expect(large.promptTexts()).toEqual(['Be nice.', LONG, 'x'.repeat(200_000)]);
    const characters = LONG.length + 200_000;
    expect(large.guessPrompt?.()).toBeGreaterThanOrEqual(characters / 4);
    expect(large.guessPrompt?.()).toBeLessThan(characters / 2);
    const short = LONG.slice(0, 33_000);
    expect(short.length + 8_000).toBeLessThan(65_536);
    expect(read(chat(short, 'hi')).conversation?.()).toBe(
      read(chat(short, 'hi', 'x'.repeat(60_000))).conversation?.(),
    );
  });

  test('that is broken where nobody looked is counted as it came', () => {
    const text = JSON.stringify(chat('Be nice.', LONG));
    const middle = text.length / 2;
    const body = Buffer.from(`${text.slice(0, middle)}\n${text.slice(middle)}`);
    const request = openaiChat.readRequest({ ...CALL, body });
    expect(() => request.dialogue()).toThrow(/not valid JSON/);
    expect(request.promptTexts()).toEqual([String(body)]);
  });

  test('that is broken is refused, wherever it is broken', () => {
    const text = JSON.stringify(chat('Be nice.', LONG));
    for (const broken of [
      text.slice(0, -1),
      text.replace('"Be nice."', '"Be'),
      `${text}x`,
      text.replace('{', '{,'),
    ]) {
      expect(() => outlineBody(Buffer.from(broken), 'messages')).toThrow(/not valid JSON/);
    }
  });

  test('of any text, escaped or not, agrees with the full parser', () => {
    const unit = fc.constantFrom('a', ' ', '"', '\\', '\n', '\u0001', '[', '}', 'bcd');
    const text = fc
      .array(unit, { minLength: 20, maxLength: 60 })
      .map((parts) => parts.join('').repeat(2_000));
    fc.assert(
      fc.property(text, fc.nat({ max: 2 }), (content, indent) => {
        const json = chat('Be nice.', content);
        const bytes = Buffer.from(JSON.stringify(json, null, indent));
        const body = outlineBody(bytes, 'messages');
        expect(body.whole()).toEqual(json);
        const shown = (body.json as typeof json).messages[1]?.content ?? '';
        expect(content.startsWith(shown.slice(0, 2_048))).toBe(true);
        expect(content.endsWith(shown.slice(-2_048))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});
