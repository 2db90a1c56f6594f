import { describe, expect, test } from 'vitest';
import type { Quirks } from '../../../platforms/quirks.ts';
import { changesBetween, mindQuirks } from './quirks.ts';

const wish = { effort: 'high', budgetTokens: null, show: null } as const;
const changes = (body: Record<string, unknown>, quirks: Quirks) =>
  Object.fromEntries(changesBetween(body, mindQuirks(body, quirks, wish).body));
const system = (content: unknown) => ({ role: 'system', content });
const user = { role: 'user', content: 'hi' };

test('a body that suits the platform is not changed', () => {
  const body = { model: 'm', messages: [system('a'), user], max_tokens: 5, temperature: 1 };
  const quirks: Quirks = {
    lacks: ['seed'],
    ranges: { temperature: [0, 1] },
    outputLimit: 'max_tokens',
    roles: { developer: 'system' },
    oneSystemFirst: true,
  };
  expect(changes(body, quirks)).toEqual({});
});

test('refused members are left out and named', () => {
  const body = { messages: [], seed: 1, n: null };
  expect(mindQuirks(body, { lacks: ['seed', 'n', 'x'] }, null)).toEqual({
    body: { messages: [] },
    dropped: ['seed'],
  });
});

test('numbers are set to the nearer end of their range', () => {
  const quirks: Quirks = { ranges: { temperature: [0.01, 1], top_p: [0, 1] } };
  expect(changes({ messages: [], temperature: 0, top_p: 2 }, quirks)).toEqual({
    temperature: 0.01,
    top_p: 1,
  });
});

test('the output limit goes by the one name the platform knows', () => {
  const quirks: Quirks = {
    outputLimit: 'max_completion_tokens',
    ranges: { max_completion_tokens: [1, 8] },
  };
  expect(changes({ messages: [], max_tokens: 9 }, quirks)).toEqual({
    max_tokens: undefined,
    max_completion_tokens: 8,
  });
  expect(changes({ messages: [], max_tokens: 9, max_completion_tokens: 7 }, quirks)).toEqual({
    max_tokens: undefined,
  });
});

describe('messages', () => {
  test('roles go by the platform’s name', () => {
    expect(
      changes(
        { messages: [{ role: 'developer', content: 'a' }, user] },
        { roles: { developer: 'system' } },
      ),
    ).toEqual({
      messages: [system('a'), user],
    });
  });

  test('system turns become one at the start', () => {
    const late = { messages: [user, system('a'), { role: 'developer', content: 'b' }] };
    expect(changes(late, { oneSystemFirst: true })).toEqual({ messages: [system('a\n\nb'), user] });
    const mixed = { messages: [system('a'), system([{ type: 'text', text: 'b' }]), user] };
    expect(changes(mixed, { oneSystemFirst: true })).toEqual({
      messages: [
        system([
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ]),
        user,
      ],
    });
  });
});

describe('reasoning', () => {
  const reasoning: Quirks['reasoning'] = ({ effort }) => ({
    thinking: { type: effort },
    budget: 1,
  });

  test('is asked for with the platform’s switches, without overruling the client’s own', () => {
    expect(changes({ messages: [], reasoning_effort: 'high', budget: 9 }, { reasoning })).toEqual({
      reasoning_effort: undefined,
      thinking: { type: 'high' },
    });
  });

  test('may be the same member with another value', () => {
    const same: Quirks = { reasoning: () => ({ reasoning_effort: 'medium' }) };
    expect(changes({ messages: [], reasoning_effort: 'high' }, same)).toEqual({
      reasoning_effort: 'medium',
    });
  });

  test('is left alone when nobody said how much', () => {
    expect(mindQuirks({ messages: [] }, { reasoning }, null).body).toEqual({ messages: [] });
  });
});
