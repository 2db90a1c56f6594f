import { describe, expect, test } from 'vitest';
import type { Quirks, Reasoning } from '../../../platforms/quirks.ts';
import { type Dialogue, EMPTY_DIALOGUE, type Seal, type ThoughtPart, text } from '../dialogue.ts';
import { openaiResponses } from './index.ts';

function written(said: Partial<Dialogue>, quirks: Quirks = {}) {
  const messages: Dialogue['messages'] = [{ role: 'user', parts: [text('Hi')] }];
  const dialogue = { ...EMPTY_DIALOGUE, messages, ...said };
  return openaiResponses.writeRequest(dialogue, { model: 'gpt-x', quirks, account: 'aaaa1111' })
    .body;
}

function thinking(wish: Partial<Reasoning>) {
  const reasoning = { effort: null, budgetTokens: null, show: null, ...wish };
  const { reasoning: said, include } = written({ reasoning });
  return { said, include };
}

function thought(seal: Seal | null): ThoughtPart {
  return { kind: 'thought', text: 'Hm', seal, redacted: false };
}

const SEALED = ['reasoning.encrypted_content'];

test('a plain question, and nothing that was not asked for', () => {
  const content = [{ type: 'input_text', text: 'Hi' }];
  expect(written({})).toEqual({
    model: 'gpt-x',
    input: [{ type: 'message', role: 'user', content }],
    store: false,
  });
});

describe('how much to think', () => {
  test('a budget is the nearest effort', () => {
    expect(thinking({ budgetTokens: 24_000, show: true })).toEqual({
      said: { effort: 'high', summary: 'auto' },
      include: SEALED,
    });
  });

  test('who shall not think is not asked for sealed thoughts', () => {
    expect(thinking({ effort: 'none' })).toEqual({ said: { effort: 'none' }, include: undefined });
    expect(thinking({ budgetTokens: 0, show: false }).include).toBeUndefined();
  });
});

describe('earlier reasoning', () => {
  const openai: Seal = { maker: 'openai', value: 'gAAAA', account: 'aaaa1111' };

  test('goes back as it was sealed, without mark and id', () => {
    const { input, include } = written({
      messages: [{ role: 'assistant', parts: [thought(openai), text('Yes')] }],
    });
    expect(input).toMatchObject([
      {
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: 'Hm' }],
        encrypted_content: 'gAAAA',
      },
      { type: 'message', role: 'assistant' },
    ]);
    expect(input).not.toHaveProperty('0.id');
    expect(include).toEqual(SEALED);
  });

  test.each([
    ['without a seal', null],
    ['of another platform', { ...openai, maker: 'gemini' as const }],
  ])('%s stays out', (_name, seal) => {
    const { input, include } = written({
      messages: [{ role: 'assistant', parts: [thought(seal), text('Yes')] }],
    });
    expect(input).toHaveLength(1);
    expect(include).toBeUndefined();
  });
});

test('a grammar in the words of chat completions is put where it belongs here', () => {
  const format = { syntax: 'lark', definition: 'start: "a"' };
  const grammar = { type: 'grammar', grammar: format };
  const { tools } = written({ tools: [{ kind: 'custom', name: 'f', description: 'F', grammar }] });
  const said = { type: 'custom', name: 'f', description: 'F' };
  expect(tools).toEqual([{ ...said, format: { type: 'grammar', ...format } }]);
});

test('a call and its result are those of the tool’s kind', () => {
  const { input } = written({
    tools: [{ kind: 'custom', name: 'patch', description: null, grammar: null }],
    messages: [
      {
        role: 'assistant',
        parts: [{ kind: 'call', id: 'c', name: 'patch', arguments: 'a', cache: null }],
      },
      { role: 'tool', callId: 'c', name: null, parts: [], isError: false, cache: null },
    ],
  });
  expect(input).toEqual([
    { type: 'custom_tool_call', call_id: 'c', name: 'patch', input: 'a' },
    { type: 'custom_tool_call_output', call_id: 'c', output: '' },
  ]);
});

test('the platform’s quirks are minded', () => {
  const sampling = { ...EMPTY_DIALOGUE.sampling, temperature: 2 };
  const body = written(
    { sampling, metadata: { a: 'b' } },
    { lacks: ['metadata'], ranges: { temperature: [0, 1] } },
  );
  expect(body['temperature']).toBe(1);
  expect(body).not.toHaveProperty('metadata');
});
