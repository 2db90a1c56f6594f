import { expect, test } from 'vitest';
import { writeThinking } from './anthropic-messages/write-thinking.ts';
import { type Dialogue, EMPTY_DIALOGUE } from './dialogue.ts';
import { mindQuirks } from './openai-chat/quirks.ts';

const UNSTREAMED = { unstreamed: { enable_thinking: false } };
const THINK = {
  unstreamed: { enable_thinking: false },
  reasoning: () => ({ enable_thinking: true }),
};
const WISH = { effort: 'high', budgetTokens: null, show: null } as const;

const minded = (body: object, quirks: object, wish: typeof WISH | null = null) =>
  mindQuirks({ model: 'm', ...body }, quirks, wish).body['enable_thinking'];

test('a request that is not streamed gets what it needs there', () => {
  expect(minded({}, UNSTREAMED)).toBe(false);
  expect(minded({ stream: false }, UNSTREAMED)).toBe(false);
  expect(minded({}, THINK, WISH)).toBe(false);
});

test('a streamed request, and what the client said itself, stay as they are', () => {
  expect(minded({ stream: true }, UNSTREAMED)).toBeUndefined();
  expect(minded({ stream: true }, THINK, WISH)).toBe(true);
  expect(minded({ enable_thinking: true }, UNSTREAMED)).toBe(true);
});

const dialogue = (more: Partial<Dialogue>): Dialogue => ({
  ...EMPTY_DIALOGUE,
  messages: [],
  reasoning: { effort: 'none', budgetTokens: null, show: null },
  ...more,
});

test('a model that always thinks is asked to think little, not to stop', () => {
  const written = writeThinking(dialogue({}), { thinking: 'always' }, 8_192);
  expect(written).toMatchObject({ thinking: null, effort: 'low' });
  expect(writeThinking(dialogue({}), { thinking: 'adaptive' }, 8_192)).toMatchObject({
    thinking: { type: 'disabled' },
  });
});

test('its thinking is otherwise adaptive, and never switched off to force a tool', () => {
  const reasoning = { effort: 'high', budgetTokens: null, show: null } as const;
  const always = { thinking: 'always' } as const;
  expect(writeThinking(dialogue({ reasoning }), always, 8_192)).toMatchObject({
    thinking: { type: 'adaptive' },
    effort: 'high',
  });
  const forced = dialogue({
    reasoning,
    tools: [
      { kind: 'function', name: 'f', description: null, schema: null, strict: null, cache: null },
    ],
    toolChoice: { type: 'required' },
  });
  expect(writeThinking(forced, always, 8_192)).toMatchObject({ thinking: null, effort: 'high' });
});
