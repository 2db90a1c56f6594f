import { expect, test } from 'vitest';
import { takesPart } from './run.ts';
import { scenarios } from './scenarios.ts';

const names = (peer?: { streams: boolean }) =>
  scenarios('full')
    .filter((scenario) => takesPart(peer ? { peer } : {}, scenario))
    .map(({ name }) => name);

test('a peer that cannot stream here takes part in whole answers only', () => {
  expect(names({ streams: false })).toEqual(['small', 'large']);
  expect(names({ streams: true })).toEqual(['small', 'large', 'streams', 'many-streams']);
});

test('targets of our own take part in everything', () => {
  expect(names()).toHaveLength(scenarios('full').length);
});
