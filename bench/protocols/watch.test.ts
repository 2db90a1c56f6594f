import { expect, test } from 'vitest';
import { createMarkCounter, createSeeker } from './watch.ts';

test('marks are counted across pieces, and not past the most', () => {
  const marks = createMarkCounter(3);
  marks.push(Buffer.from('a@b@'));
  expect(marks.count()).toBe(2);
  marks.push(Buffer.from('@@@'));
  expect(marks.count()).toBe(3);
});

test('a text is found wherever the bytes are cut', () => {
  const end = 'data: [DONE]';
  for (let at = 0; at <= end.length; at += 1) {
    const seeker = createSeeker(end);
    seeker.push(Buffer.from(`${'x'.repeat(100)}${end.slice(0, at)}`));
    expect(seeker.found()).toBe(at === end.length);
    for (const byte of end.slice(at)) seeker.push(Buffer.from(byte));
    expect(seeker.found()).toBe(true);
  }
});
