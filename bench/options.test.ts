import { expect, test } from 'vitest';
import { readOptions } from './options.ts';

test('without words it is quick: three scenarios, no study, no peer, nothing from npm', () => {
  const { scenarios, studies, peers, study } = readOptions([]);
  expect(scenarios.map(({ name }) => name)).toEqual(['small', 'large', 'streams']);
  expect({ studies, peers, rows: study.rows }).toEqual({ studies: [], peers: false, rows: 0 });
});

test('--full has every study and the peers', () => {
  const { studies, peers, study } = readOptions(['--full']);
  expect(studies).toContain('slow-database');
  expect(peers).toBe(true);
  expect(study).toMatchObject({ requests: 1_000_000, streams: 100_000, seconds: 30, rounds: 10 });
});

test('--only chooses scenarios and studies together', () => {
  const { scenarios, studies } = readOptions(['--only', 'growth,small']);
  expect(scenarios.map(({ name }) => name)).toEqual(['small']);
  expect(studies).toEqual(['growth']);
});

test('what it does not know is said, with the usage', () => {
  expect(() => readOptions(['--only', 'nothing'])).toThrow(
    /no scenario or study "nothing"[\s\S]*--peers/,
  );
  expect(() => readOptions(['--requests', '1.5'])).toThrow(/--requests must be a whole number/);
  expect(() => readOptions(['--seconds', '0'])).toThrow(/--seconds must be a whole number/);
});
