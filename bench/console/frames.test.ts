import { expect, test } from 'vitest';
import { framesOf } from './frames.ts';

test('frames that took too long are counted by how late they were', () => {
  const moments = [0, 16.7, 33.5, 70, 130, 146.7];
  expect(framesOf(moments)).toMatchObject({ count: 5, late: [2 / 5, 2 / 5, 1 / 5] });
  expect(framesOf(moments).longest).toBeCloseTo(60);
  expect(framesOf(moments).p95).toBeCloseTo(55.3);
});

test('without frames there is nothing to say', () => {
  expect(() => framesOf([5])).toThrow('No frame was drawn.');
});
