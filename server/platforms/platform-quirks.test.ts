import { describe, expect, test } from 'vitest';
import { baidu } from './baidu.ts';
import { claude } from './claude.ts';
import { doubao } from './doubao.ts';
import { gemini } from './gemini.ts';
import { openai } from './openai.ts';
import type { Platform } from './platform.ts';
import type { Effort, Quirks } from './quirks.ts';
import { qwen } from './qwen.ts';
import { BUILT_IN } from './registry.ts';
import { spark, sparkX } from './spark.ts';
import { zhipu } from './zhipu.ts';

const of = (platform: Platform, model: string): Quirks => platform.quirks?.(model) ?? {};

/** What a platform is told when a client wishes an effort, or a budget. */
const told = (platform: Platform, model: string, wish: Effort | number | null) =>
  of(platform, model).reasoning?.({
    effort: typeof wish === 'string' ? wish : null,
    budgetTokens: typeof wish === 'number' ? wish : null,
    show: null,
  });

test.each(BUILT_IN)(
  'a wish that says nothing about how much to think changes nothing at $id',
  (platform) => {
    for (const model of platform.models)
      expect(told(platform, model, null) ?? {}, model).toEqual({});
  },
);

test.each([qwen, zhipu, doubao, baidu, spark, sparkX])(
  'the developer is the system at $id, which knows no such role',
  (platform) => {
    expect(of(platform, 'any').roles).toEqual({ developer: 'system' });
  },
);

describe('OpenAI', () => {
  test('knows the output limit by its newer name', () => {
    expect(of(openai, 'gpt-6-sol').outputLimit).toBe('max_completion_tokens');
  });

  test.each(['o1', 'o3', 'o3-mini', 'o4-mini-2025-04-16'])(
    '%s takes no sampling members',
    (model) => {
      expect(of(openai, model).lacks).toEqual(
        expect.arrayContaining(['temperature', 'logit_bias']),
      );
    },
  );

  test('o3 and o4-mini take no stop sequences', () => {
    expect(of(openai, 'o3').lacks).toContain('stop');
    expect(of(openai, 'o4-mini').lacks).toContain('stop');
    expect(of(openai, 'o1').lacks).not.toContain('stop');
  });

  test.each(['gpt-5', 'gpt-5-mini', 'gpt-5-nano-2025-08-07'])(
    '%s takes no temperature',
    (model) => {
      expect(of(openai, model).lacks).toEqual(['temperature', 'top_p', 'logprobs', 'top_logprobs']);
    },
  );

  test.each(['gpt-4o', 'gpt-5-chat-latest', 'gpt-5.2', 'gpt-6-sol', 'omni-1'])(
    '%s may take them, and is not cut short',
    (model) => {
      expect(of(openai, model).lacks).toBeUndefined();
    },
  );
});

describe('Claude', () => {
  test.each([
    ['claude-3-7-sonnet-20250219', 'budget'],
    ['claude-opus-4-20250514', 'budget'],
    ['claude-opus-4-1-20250805', 'budget'],
    ['claude-sonnet-4-5', 'budget'],
    ['claude-haiku-4-5-20251001', 'budget'],
    ['claude-opus-4-6', 'adaptive'],
    ['claude-sonnet-4-6', 'adaptive'],
    ['claude-opus-4-8', 'adaptive'],
    ['claude-opus-5', 'adaptive'],
    ['claude-sonnet-5-5', 'adaptive'],
    ['claude-haiku-5-5', 'adaptive'],
    ['claude-opus-5-5', 'always'],
    ['claude-fable-5-1', 'always'],
  ])('%s thinks by %s', (model, thinking) => {
    expect(of(claude, model).thinking).toBe(thinking);
  });

  test.each([
    'claude-opus-4-7',
    'claude-opus-5',
    'claude-sonnet-5',
    'claude-haiku-5-5',
    'claude-fable-5-1',
  ])('%s takes no sampling members', (model) => {
    expect(of(claude, model).lacks).toEqual(['temperature', 'top_p', 'top_k']);
  });

  test.each(['claude-haiku-4-5', 'claude-opus-4-6', 'claude-sonnet-4-6'])(
    '%s takes them',
    (model) => {
      expect(of(claude, model).lacks).toBeUndefined();
    },
  );

  test.each([
    ['claude-opus-5-5', 128_000],
    ['claude-opus-4-6', 128_000],
    ['claude-sonnet-4-6', 64_000],
    ['claude-haiku-4-5', 64_000],
    ['claude-3-haiku', undefined],
  ])('%s may write %s tokens where the client sets no limit', (model, most) => {
    expect(of(claude, model).outputTokens).toBe(most);
  });
});

describe('Gemini', () => {
  test.each([
    ['gemini-2.5-pro', 'budget'],
    ['models/gemini-2.5-flash', 'budget'],
    ['gemini-3.1-pro-preview', 'level'],
    ['gemini-3.8-flash', 'level'],
  ])('%s is told to think by %s', (model, by) => {
    expect(of(gemini, model).thinkingBy).toBe(by);
  });
});

describe('Qwen', () => {
  test('has a switch and a budget', () => {
    expect(told(qwen, 'qwen-plus', 'none')).toEqual({ enable_thinking: false });
    expect(told(qwen, 'qwen-plus', 0)).toEqual({ enable_thinking: false });
    expect(told(qwen, 'qwen-plus', 'high')).toEqual({ enable_thinking: true });
    expect(told(qwen, 'qwen-plus', 500)).toEqual({ enable_thinking: true, thinking_budget: 500 });
    expect(told(qwen, 'qwen-plus', -1)).toEqual({ enable_thinking: true });
  });

  test('3.8 Max has efforts too, but never beside a budget', () => {
    expect(told(qwen, 'qwen3.8-max', 'high')).toEqual({
      enable_thinking: true,
      reasoning_effort: 'xhigh',
    });
    expect(told(qwen, 'qwen3.8-max', 'minimal')).toMatchObject({ reasoning_effort: 'low' });
    expect(told(qwen, 'qwen3.8-max', 500)).toEqual({ enable_thinking: true, thinking_budget: 500 });
  });

  test.each(['qwq-plus', 'qvq-max', 'qwen3-next-80b-a3b-thinking'])('%s has no switch', (model) => {
    expect(told(qwen, model, 'none')).toEqual({});
    expect(told(qwen, model, 500)).toEqual({ thinking_budget: 500 });
  });

  test.each(['qwen3-8b', 'qwen3-0.6b', 'qwen3-235b-a22b'])(
    '%s thinks only while it streams',
    (model) => {
      expect(of(qwen, model).unstreamed).toEqual({ enable_thinking: false });
    },
  );

  test.each(['qwen-plus', 'qwen3.8-max', 'qwen3-235b-a22b-instruct-2507'])(
    '%s answers at once without being told',
    (model) => {
      expect(of(qwen, model).unstreamed).toBeUndefined();
    },
  );
});

describe('Zhipu', () => {
  test('has a switch from GLM-4.5 on', () => {
    expect(told(zhipu, 'glm-4.7', 'none')).toEqual({ thinking: { type: 'disabled' } });
    expect(told(zhipu, 'glm-4.7', 'high')).toEqual({ thinking: { type: 'enabled' } });
    expect(told(zhipu, 'glm-5.1', 2_000)).toEqual({ thinking: { type: 'enabled' } });
    expect(told(zhipu, 'glm-4-plus', 'high')).toEqual({});
  });

  test('GLM-5.2 has every effort too', () => {
    expect(told(zhipu, 'glm-5.2', 'xhigh')).toEqual({
      thinking: { type: 'enabled' },
      reasoning_effort: 'xhigh',
    });
  });

  test('GLM-5.3 always thinks, with three efforts', () => {
    expect(told(zhipu, 'glm-5.3', 'none')).toEqual({ reasoning_effort: 'low' });
    expect(told(zhipu, 'glm-5.3', 0)).toEqual({ reasoning_effort: 'low' });
    expect(told(zhipu, 'glm-5.3', 'medium')).toEqual({ reasoning_effort: 'high' });
    expect(told(zhipu, 'glm-5.3-flash', 'xhigh')).toEqual({ reasoning_effort: 'max' });
  });

  test('samples within its own ranges', () => {
    expect(of(zhipu, 'glm-5.3').ranges).toEqual({ temperature: [0, 1], top_p: [0.01, 1] });
  });

  test('takes reasoning back from GLM-4.5 on', () => {
    expect(of(zhipu, 'glm-4.5-air').keepsThoughts).toBe(true);
    expect(of(zhipu, 'glm-5.3').keepsThoughts).toBe(true);
    expect(of(zhipu, 'glm-4-plus').keepsThoughts).toBeUndefined();
  });
});

describe('Doubao', () => {
  test('has a switch, and efforts from Seed 1.8 on', () => {
    expect(told(doubao, 'doubao-seed-2-1-pro-260628', 'none')).toEqual({
      thinking: { type: 'disabled' },
    });
    expect(told(doubao, 'doubao-seed-2-1-pro-260628', 'max')).toEqual({
      thinking: { type: 'enabled' },
      reasoning_effort: 'high',
    });
    expect(told(doubao, 'doubao-seed-1-6-flash-250828', 'low')).toEqual({
      thinking: { type: 'enabled' },
    });
    expect(told(doubao, 'doubao-seed-1-6-flash-250828', 500)).toEqual({
      thinking: { type: 'enabled' },
    });
  });
});

describe('Baidu', () => {
  test('has one switch for some models, another for others, and none for the rest', () => {
    expect(told(baidu, 'ernie-5.0-thinking-latest', 'none')).toEqual({ enable_thinking: false });
    expect(told(baidu, 'ernie-4.5-turbo-vl-preview', 'low')).toEqual({ enable_thinking: true });
    expect(told(baidu, 'deepseek-v3.2', 0)).toEqual({ thinking: { type: 'disabled' } });
    expect(told(baidu, 'glm-4.7', 'high')).toEqual({ thinking: { type: 'enabled' } });
    expect(told(baidu, 'ernie-4.5-turbo-128k', 'high')).toEqual({});
  });

  test('takes one system message, at the start', () => {
    expect(of(baidu, 'ernie-5.1').oneSystemFirst).toBe(true);
  });
});

describe('Spark X', () => {
  test('has a switch, which can be left to the model', () => {
    expect(told(sparkX, 'spark-x', 'none')).toEqual({ thinking: { type: 'disabled' } });
    expect(told(sparkX, 'spark-x', 'low')).toEqual({ thinking: { type: 'enabled' } });
    expect(told(sparkX, 'spark-x', 2_000)).toEqual({ thinking: { type: 'enabled' } });
    expect(told(sparkX, 'spark-x', -1)).toEqual({ thinking: { type: 'auto' } });
  });
});
