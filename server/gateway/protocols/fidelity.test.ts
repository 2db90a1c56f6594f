import { describe, expect, test } from 'vitest';
import { type AppError, toAppError } from '#shared/errors.ts';
import { Protocol as ProtocolId } from '#shared/schemas/platforms.ts';
import {
  type AnswerPart,
  type Dialogue,
  EMPTY_DIALOGUE,
  type Message,
  NO_SAMPLING,
  type Sampling,
  type Source,
  type Tool,
  text,
  type UserPart,
} from './dialogue.ts';
import { fitTo } from './fidelity.ts';
import { type Fate, type Feature, FIDELITY } from './fidelity-table.ts';

/** A dialogue in which a feature is asked for, the same without it, and what the feature is called. */
type Sample = { with: Dialogue; without: Dialogue; field: string };

const PNG = { at: 'data', mediaType: 'image/png', data: 'aGk=' } as const;
const AT_URL = { at: 'url', url: 'https://files.example/a' } as const;
const STORED = { at: 'file', id: 'file-1' } as const;
const HI: Message = { role: 'user', parts: [text('Hi')] };
const PLAIN: Dialogue = { ...EMPTY_DIALOGUE, messages: [HI] };
const CITED = { url: 'https://a.example', title: null, quote: null, start: null, end: null };
const TOOL = {
  kind: 'function',
  name: 'weather',
  description: null,
  schema: null,
  strict: null,
  cache: null,
} as const satisfies Tool;
const CACHE = { ttl: '5m' };

/** Every row has one: a new feature does not compile here without its sample. */
const SAMPLES: Readonly<Record<Feature, Sample>> = {
  'image by URL': user('image_url', image(AT_URL)),
  'image in the request': user('image', image(PNG)),
  'image in a file store': user('image.file_id', image(STORED)),
  'image detail': user('image.detail', { ...image(PNG), detail: 'high' }, image(PNG)),
  audio: user('input_audio', { kind: 'audio', data: 'aGk=', format: 'wav' }),
  'document by URL': user('file.url', file(AT_URL)),
  'document in the request': user('file', file({ ...PNG, mediaType: 'application/pdf' })),
  'document in a file store': user('file.file_id', file(STORED)),
  'image or document in a tool’s result': said('tool_result.content', [
    HI,
    called(),
    { ...result(), parts: [text('look'), image(PNG)] },
  ]),
  'failed tool result': said('tool_result.is_error', [
    HI,
    called(),
    { ...result(), isError: true },
  ]),
  'system turn in mid-conversation': said('messages', [
    HI,
    { role: 'system', parts: [text('Be brief.')] },
  ]),
  'free-text tool': asked('tools.custom', {
    tools: [TOOL, { kind: 'custom', name: 'sql', description: null, grammar: null }],
  }),
  'tool run by the platform': asked(
    'tools',
    { tools: [TOOL, { kind: 'hosted', type: 'web_search' }] },
    { tools: [TOOL] },
  ),
  'choice among some tools': asked('tool_choice', {
    tools: [TOOL],
    toolChoice: { type: 'allowed', mode: 'auto', names: ['weather'] },
  }),
  'one call at a time': asked('parallel_tool_calls', { parallelCalls: false }),
  'JSON output': asked('response_format', { format: { type: 'json' } }),
  'JSON schema output': asked('response_format', {
    format: { type: 'schema', name: 'a', description: null, schema: {}, strict: null },
  }),
  'reasoning effort': asked('reasoning_effort', {
    reasoning: { effort: 'high', budgetTokens: null, show: null },
  }),
  'reasoning budget': asked('thinking.budget_tokens', {
    reasoning: { effort: null, budgetTokens: 2_048, show: null },
  }),
  'earlier reasoning': answered('thinking', {
    kind: 'thought',
    text: 'hm',
    seal: null,
    redacted: false,
  }),
  'refusal in the history': answered('refusal', { kind: 'refusal', text: 'No.' }),
  'citations in the history': answered(
    'annotations',
    { ...text('so it is'), citations: [CITED] },
    text('so it is'),
  ),
  'top k': sampled('top_k', { topK: 40 }),
  seed: sampled('seed', { seed: 7 }),
  'frequency penalty': sampled('frequency_penalty', { frequencyPenalty: 0.5 }),
  'presence penalty': sampled('presence_penalty', { presencePenalty: 0.5 }),
  'log probabilities': sampled('logprobs', { logprobs: 0 }),
  'logit bias': sampled('logit_bias', { logitBias: { '50256': -100 } }),
  'stop sequences': asked('stop', { stop: ['END'] }),
  'several answers': asked('n', { answers: 2 }),
  'cache marks': {
    field: 'cache_control',
    with: cached(CACHE),
    without: cached(null),
  },
  'cache key': asked('prompt_cache_key', { cacheKey: 'k' }),
  'end user': asked('user', { endUser: 'u' }),
  metadata: asked('metadata', { metadata: { a: 'b' } }),
  verbosity: asked('verbosity', { verbosity: 'low' }),
  'service tier': asked('service_tier', { serviceTier: 'flex' }),
};

const CELLS = (Object.entries(FIDELITY) as [Feature, Record<ProtocolId, Fate>][]).flatMap(
  ([feature, row]) =>
    ProtocolId.options.map((protocol) => ({ feature, protocol, fate: row[protocol] })),
);
const cellsOf = (is: (fate: Fate) => boolean) => CELLS.filter(({ fate }) => is(fate));

test('every feature of the table has a sample, and no sample is of another', () => {
  expect(Object.keys(SAMPLES).sort()).toEqual(Object.keys(FIDELITY).sort());
});

describe('what a protocol says, in its own words or others, reaches its writer', () => {
  test.each(cellsOf((fate) => fate === 'say' || typeof fate === 'object'))(
    '$feature → $protocol',
    ({ feature, protocol }) => {
      const sample = SAMPLES[feature];
      expect(fitTo(sample.with, protocol)).toEqual({ dialogue: sample.with, dropped: [] });
    },
  );
});

describe('what is dropped is gone and named, and nothing else is', () => {
  test.each(cellsOf((fate) => fate === 'drop'))('$feature → $protocol', ({ feature, protocol }) => {
    const sample = SAMPLES[feature];
    const before = structuredClone(sample.with);
    const fitted = fitTo(sample.with, protocol);
    expect(fitted).toEqual({ dialogue: sample.without, dropped: [sample.field] });
    expect(sample.with).toEqual(before);
    expect(fitTo(fitted.dialogue, protocol).dropped).toEqual([]);
  });
});

describe('what is refused names its field and what to do', () => {
  test.each(cellsOf((fate) => fate === 'refuse'))(
    '$feature → $protocol',
    ({ feature, protocol }) => {
      const sample = SAMPLES[feature];
      const error = refusal(() => fitTo(sample.with, protocol));
      expect(error).toMatchObject({ code: 'bad_request', param: sample.field });
      expect(error?.message).toContain(feature);
      expect(error?.message).toContain('Leave it out');
      expect(fitTo(sample.without, protocol).dropped).toEqual([]);
    },
  );
});

test.each(ProtocolId.options)('%s says a plain question as it is', (protocol) => {
  expect(fitTo(PLAIN, protocol)).toEqual({ dialogue: PLAIN, dropped: [] });
});

test('several losses are all named, members without a place first', () => {
  const dialogue: Dialogue = {
    ...PLAIN,
    sampling: { ...NO_SAMPLING, seed: 1, topK: 2 },
    metadata: {},
    unsaid: ['web_search_options'],
  };
  const { dropped, dialogue: fitted } = fitTo(dialogue, 'anthropic-messages');
  expect(dropped).toEqual(['web_search_options', 'seed', 'metadata']);
  expect(fitted.sampling).toEqual({ ...NO_SAMPLING, topK: 2 });
});

function refusal(act: () => unknown): AppError | null {
  try {
    act();
    return null;
  } catch (thrown) {
    return toAppError(thrown);
  }
}

function image(source: Source) {
  return { kind: 'image', source, detail: null, cache: null } as const;
}

function file(source: Source) {
  return { kind: 'file', source, name: 'a.pdf', cache: null } as const;
}

/** A part of the user's turn; without it, a plain one, or the part given. */
function user(field: string, part: UserPart, instead?: UserPart): Sample {
  const turn = (...parts: UserPart[]): Dialogue => ({
    ...PLAIN,
    messages: [{ role: 'user', parts: [text('See'), ...parts] }],
  });
  return { field, with: turn(part), without: instead ? turn(instead) : turn() };
}

function said(field: string, messages: Message[]): Sample {
  return { field, with: { ...PLAIN, messages }, without: PLAIN };
}

function answered(field: string, part: AnswerPart, instead?: AnswerPart): Sample {
  const history = (...parts: AnswerPart[]): Dialogue => ({
    ...PLAIN,
    messages: [HI, { role: 'assistant', parts: [text('Well.'), ...parts] }, HI],
  });
  return { field, with: history(part), without: instead ? history(instead) : history() };
}

function asked(field: string, more: Partial<Dialogue>, less: Partial<Dialogue> = {}): Sample {
  return { field, with: { ...PLAIN, ...more }, without: { ...PLAIN, ...less } };
}

function sampled(field: string, more: Partial<Sampling>): Sample {
  return asked(
    field,
    { sampling: { ...NO_SAMPLING, temperature: 1, ...more } },
    {
      sampling: { ...NO_SAMPLING, temperature: 1 },
    },
  );
}

/** A mark at every place that can have one. */
function cached(cache: typeof CACHE | null): Dialogue {
  return {
    ...PLAIN,
    tools: [{ ...TOOL, cache }],
    messages: [
      { role: 'system', parts: [{ ...text('Be brief.'), cache }] },
      {
        role: 'user',
        parts: [
          { ...text('Hi'), cache },
          { ...image(PNG), cache },
        ],
      },
      { role: 'assistant', parts: [call(cache)] },
      { ...result(), cache, parts: [{ ...text('31'), cache }] },
    ],
  };
}

function call(cache: typeof CACHE | null = null): AnswerPart {
  return { kind: 'call', id: 'call_1', name: 'weather', arguments: '{}', cache };
}

function called(): Message {
  return { role: 'assistant', parts: [call()] };
}

function result(): Extract<Message, { role: 'tool' }> {
  return {
    role: 'tool',
    callId: 'call_1',
    name: 'weather',
    parts: [text('31')],
    isError: false,
    cache: null,
  };
}
