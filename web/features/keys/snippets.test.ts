import { expect, test } from 'vitest';
import { type SnippetKind, snippet } from './snippets.ts';

const input = {
  origin: 'https://gate.example.com',
  secret: 'gh-secret',
  model: 'gpt-lab',
  prompt: 'Say hello.',
};
const KINDS: SnippetKind[] = ['curl', 'python', 'typescript'];

test.each(KINDS)('the %s example names this server, the key and the model', (kind) => {
  const text = snippet(kind, input);
  expect(text).toContain('https://gate.example.com/v1');
  expect(text).toContain('gh-secret');
  expect(text).toContain('gpt-lab');
});

test('quotes in the prompt cannot end the strings around it', () => {
  const prompt = `it's "quoted"`;
  expect(snippet('curl', { ...input, prompt })).toContain(`it'\\''s \\"quoted\\"`);
  expect(snippet('python', { ...input, prompt })).toContain(`"it's \\"quoted\\""`);
  expect(snippet('typescript', { ...input, prompt })).toContain(`"it's \\"quoted\\""`);
});
