import { expect, test } from 'vitest';
import { exampleValue } from '../../platforms/sandbox/example-value.ts';
import { readFinish } from './anthropic-messages/outcome.ts';
import { readBlob, readFileData, writeMedia } from './gemini/media.ts';
import { itemId } from './openai-responses/ids.ts';

/* Words from outside are looked up in our tables, and every object has a `constructor`. */

const NAMES = ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf'];

test.each(NAMES)('%s is no type, format or reason that anybody knows', (name) => {
  const place = { in: 'input', index: 0 } as const;
  expect(itemId(name, 'abc-d', place)).toBe('item_abcd_i0');
  expect(writeMedia({ kind: 'audio', data: '', format: name })).toEqual({
    inlineData: { mimeType: `audio/${name}`, data: '' },
  });
  expect(readBlob({ mimeType: `audio/${name}`, data: '' })).toMatchObject({
    kind: 'audio',
    format: name.toLowerCase(),
  });
  expect(readFileData({ fileUri: `https://files.example.com/a.${name}` })).toMatchObject({
    kind: 'file',
  });
  expect(readFinish(name)).toBe('stop');
  expect(exampleValue({ type: 'string', format: name })).toBe('text');
});
