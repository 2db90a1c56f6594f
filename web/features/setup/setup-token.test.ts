import { describe, expect, test } from 'vitest';
import { readSetupToken } from './setup-token.ts';

describe('readSetupToken', () => {
  test.each([
    ['#abc_DEF-123', 'abc_DEF-123'],
    ['#token=abc_DEF-123', 'abc_DEF-123'],
  ])('reads %s', (hash, token) => {
    expect(readSetupToken(hash)).toBe(token);
  });

  test.each(['', '#', '#token=', '#a b', '#<script>', '#x=y&token=z'])(
    'finds none in %j',
    (hash) => {
      expect(readSetupToken(hash)).toBeNull();
    },
  );
});
