import { expect, test } from 'vitest';
import { addText, estimateUsage, newTally } from './tokens.ts';

function tally(...texts: string[]) {
  const written = newTally();
  for (const text of texts) addText(written, text);
  return written;
}

test('plain text is counted as a tokenizer does', async () => {
  const words = 'The quick brown fox jumps over the lazy dog. ';
  const usage = await estimateUsage([words], tally(words, words));
  expect(usage).toMatchObject({ inputTokens: 11, outputTokens: 21, estimated: true });
});

test.each([
  ['one letter', 'a'],
  ['blanks', ' '],
  ['signs', '='],
  ['ideographs', '中'],
])('a long run of %s is counted in pieces, letting others run', async (_what, letter) => {
  let turns = 0;
  const others = setInterval(() => {
    turns += 1;
  }, 0);
  const { inputTokens } = await estimateUsage([letter.repeat(100_000)], newTally());
  clearInterval(others);
  expect(inputTokens).toBeGreaterThan(0);
  expect(turns).toBeGreaterThan(0);
});

test('of an endless answer only so much text is kept, the rest as a guess', async () => {
  const written = newTally();
  for (let at = 0; at < 1_000; at += 1) addText(written, 'word '.repeat(200));
  expect(written.text.length).toBeLessThanOrEqual(200_000);
  const { outputTokens } = await estimateUsage([], written);
  expect(outputTokens).toBeGreaterThan(200_000);
  expect(outputTokens).toBeLessThan(300_000);
});
