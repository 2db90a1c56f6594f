import { describe, expect, test } from 'vitest';
import { fakeChanges } from '../testing/fake-changes.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import type { CustomPlatform } from './custom.ts';
import { BUILT_IN, createRegistry } from './registry.ts';

const lab: CustomPlatform = {
  id: 'lab',
  name: 'Lab',
  protocol: 'openai-chat',
  baseUrl: 'http://127.0.0.1:9100/v1',
};

function setUp(first: CustomPlatform[] | Error) {
  const clock = fakeClock();
  const changes = fakeChanges();
  const errors: unknown[] = [];
  let answer = first;
  const registry = createRegistry({
    custom: async () => {
      if (answer instanceof Error) throw answer;
      return answer;
    },
    changes,
    clock,
    onError: (error) => errors.push(error),
  });
  return { registry, clock, changes, errors, answerWith: (next: typeof answer) => (answer = next) };
}

describe('the registry', () => {
  test('knows the built-in platforms before it has read anything', () => {
    const { registry } = setUp([]);
    expect(registry.find('openai')?.name).toBe('OpenAI');
    expect(registry.list()).toHaveLength(BUILT_IN.length);
  });

  test('adds what an admin added, after the built-in ones', async () => {
    const { registry } = setUp([lab]);
    await registry.start();
    expect(registry.list().at(-1)).toMatchObject({
      id: 'lab',
      endpoints: [{ protocol: 'openai-chat', auth: 'bearer' }],
      keyOptional: true,
    });
  });

  test('lets no row of the table stand in for a built-in platform', async () => {
    const { registry } = setUp([{ ...lab, id: 'openai', baseUrl: 'https://thief.example/v1' }]);
    await registry.start();
    expect(registry.find('openai')?.endpoints[0].baseUrl).toBe('https://api.openai.com/v1');
  });

  test('reads again when it hears of a change, and after a gap', async () => {
    const { registry, changes, answerWith } = setUp([]);
    await registry.start();
    answerWith([lab]);
    await changes.say('platforms', ['lab']);
    expect(registry.find('lab')).toBeDefined();
    answerWith([]);
    await changes.gap();
    expect(registry.find('lab')).toBeUndefined();
  });

  test('keeps what it knew while the database is away, and catches up by itself', async () => {
    const { registry, clock, changes, errors, answerWith } = setUp([lab]);
    await registry.start();
    answerWith(new Error('away'));
    await changes.say('platforms', ['lab']);
    expect(registry.find('lab')).toBeDefined();
    expect(errors).toHaveLength(1);
    answerWith([]);
    clock.advance(1_000);
    await changes.settle();
    expect(registry.find('lab')).toBeUndefined();
  });

  test('hears nothing more once closed', async () => {
    const { registry, changes, answerWith } = setUp([lab]);
    await registry.start();
    registry.close();
    answerWith([]);
    await changes.say('platforms', ['lab']);
    expect(registry.find('lab')).toBeDefined();
  });
});
