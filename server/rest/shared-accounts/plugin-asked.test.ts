import { expect, test } from 'vitest';
import { textsIn } from './plugin-asked.ts';

test('the words of a conversation are found in both forms, and images are none', () => {
  const turns = [
    { role: 'user', content: 'one' },
    { role: 'user', content: [{ type: 'text', text: 'two' }, { type: 'image_url' }] },
    { role: 'user', parts: [{ text: 'three' }, { inlineData: {} }] },
  ];
  expect(textsIn(turns).filter((text) => text !== '')).toEqual(['one', 'two', 'three']);
});

test('what is no turn has no words', () => {
  expect(textsIn([null, 7, 'text', {}, { content: 7, parts: 'x' }])).toEqual([]);
});
