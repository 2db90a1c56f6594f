import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { personOf, valueAt } from './sso-claims.ts';
import { SSO_PRESETS } from './sso-presets.ts';

const { settings } = SSO_PRESETS.oidc;

describe('a member at a dotted path', () => {
  const claims = { a: { b: [1] }, 'https://x.example/groups': ['g'] };
  test.each([
    ['a.b', [1]],
    ['https://x.example/groups', ['g']],
    ['a.c', undefined],
    ['', undefined],
    ['__proto__.constructor', undefined],
    ['a.b.length', 1],
  ])('%s is %j', (path, value) => {
    expect(valueAt(claims, path)).toEqual(value);
  });
});

test('whatever a service sends becomes a person, and nothing of it is of another kind', () => {
  const roleRules = [{ claim: 'groups', value: 'x', role: 'operator' }];
  const odd = fc.dictionary(
    fc.constantFrom(...Object.values(settings.fields), 'groups'),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(fc.oneof(odd, fc.jsonValue()), (claims) => {
      const person = personOf(claims, { fields: settings.fields, roleRules });
      expect(person.email === null || /^[^\s@]+@[^\s@]+$/.test(person.email)).toBe(true);
      expect(person.avatarUrl === '' || person.avatarUrl.startsWith('https://')).toBe(true);
      expect([null, 0, 1, 2, 3, 4]).toContain(person.trustLevel);
      expect([null, 'operator']).toContain(person.role);
      expect(person.username).not.toMatch(/\p{Cc}/u);
      expect(person.subject.length).toBeLessThanOrEqual(300);
    }),
  );
});

test.each([
  [true, true],
  ['true', true],
  ['yes', false],
  [1, false],
  [undefined, false],
])('an address confirmed by %j is %s', (value, emailVerified) => {
  const claims = { sub: 'x', email: 'A@B.example', email_verified: value };
  expect(personOf(claims, settings)).toMatchObject({ email: 'a@b.example', emailVerified });
});
