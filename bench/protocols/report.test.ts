import { expect, test } from 'vitest';
import type { PairFigures } from './measure.ts';
import { growthPerChunk, protocolReport } from './report.ts';

const pair = (given: Partial<PairFigures>): PairFigures => ({
  pair: { client: 'gemini', platform: 'openai-chat' },
  firstMs: { gateway: [2, 3], piped: [1, 1] },
  cpuUs: { gateway: [20, 40], piped: [2, 2] },
  memory: [1_000_000, 1_001_000, 1_002_000],
  ...given,
});
const forwarded = pair({
  pair: { client: 'openai-chat', platform: 'openai-chat' },
  cpuUs: { gateway: [10, 20], piped: [2, 2] },
});

test('growth is counted from the first sample to the last', () => {
  expect(growthPerChunk([1_000_000, 9_000_000, 1_002_000])).toBe(1);
});

test('a translated pair is compared with the forwarded one of its platform', () => {
  const report = protocolReport([forwarded, pair({})]);
  expect(report).toContain('| gemini → openai-chat | 30.0 | 2.00 | 2.00 × |');
  expect(report).toContain('| **openai-chat → openai-chat** | 15.0 | 2.00 | 1.00 × |');
  expect(report).toContain('| gemini → openai-chat | 2.50 / 2.95 | 1.00 / 1.00 | 1.50 |');
});

test('the worst pair is held against the bars', () => {
  const slow = pair({ firstMs: { gateway: [6, 6], piped: [1, 1] }, memory: [0, 1_000_000] });
  const lines = protocolReport([forwarded, slow]).split('\n');
  expect(lines.filter((line) => line.endsWith('**no** |'))).toHaveLength(3);
  expect(protocolReport([forwarded])).not.toContain('**no**');
});
