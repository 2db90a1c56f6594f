import { AppError } from '#shared/errors.ts';
import type { Protocol as ProtocolId } from '#shared/schemas/platforms.ts';
import type { AnswerPart, Dialogue, Message, Sampling, Source, UserPart } from './dialogue.ts';
import { type Feature, FIDELITY } from './fidelity-table.ts';

/** How something the table speaks of is found in a dialogue, and how it is left out. */
type Trait = {
  /** What the `x-gatehouse-dropped` header and errors call it. */
  field: string;
  isIn(dialogue: Dialogue): boolean;
  /** The dialogue without it; absent where no protocol drops it. */
  without?(dialogue: Dialogue): Dialogue;
};

type AnyPart = UserPart | AnswerPart;

const TRAITS: Readonly<Record<Feature, Trait>> = {
  'image by URL': part('image_url', (it) => it.kind === 'image' && it.source.at === 'url'),
  'image in the request': part('image', (it) => it.kind === 'image' && it.source.at === 'data'),
  'image in a file store': part('image.file_id', (it) => it.kind === 'image' && isStored(it)),
  'image detail': {
    field: 'image.detail',
    isIn: (dialogue) => partsOf(dialogue).some((it) => it.kind === 'image' && it.detail !== null),
    without: eachPart((it) => (it.kind === 'image' ? { ...it, detail: null } : it)),
  },
  audio: part('input_audio', (it) => it.kind === 'audio'),
  'document by URL': part('file.url', (it) => it.kind === 'file' && it.source.at === 'url'),
  'document in the request': part('file', (it) => it.kind === 'file' && it.source.at === 'data'),
  'document in a file store': part('file.file_id', (it) => it.kind === 'file' && isStored(it)),
  'image or document in a tool’s result': {
    field: 'tool_result.content',
    isIn: some((it) => it.role === 'tool' && it.parts.some(({ kind }) => kind !== 'text')),
  },
  'failed tool result': {
    field: 'tool_result.is_error',
    isIn: some((it) => it.role === 'tool' && it.isError),
  },
  'system turn in mid-conversation': { field: 'messages', isIn: hasLateSystem },
  'free-text tool': {
    field: 'tools.custom',
    isIn: ({ tools }) => tools.some(({ kind }) => kind === 'custom'),
  },
  'tool run by the platform': {
    field: 'tools',
    isIn: ({ tools }) => tools.some(({ kind }) => kind === 'hosted'),
    without: (it) => ({ ...it, tools: it.tools.filter(({ kind }) => kind !== 'hosted') }),
  },
  'choice among some tools': {
    field: 'tool_choice',
    isIn: ({ toolChoice }) => toolChoice?.type === 'allowed',
  },
  'one call at a time': setting('parallelCalls', 'parallel_tool_calls'),
  'JSON output': { field: 'response_format', isIn: ({ format }) => format?.type === 'json' },
  'JSON schema output': {
    field: 'response_format',
    isIn: ({ format }) => format?.type === 'schema',
  },
  'reasoning effort': {
    field: 'reasoning_effort',
    isIn: ({ reasoning }) => reasoning !== null && reasoning.effort !== null,
  },
  'reasoning budget': {
    field: 'thinking.budget_tokens',
    isIn: ({ reasoning }) => reasoning !== null && reasoning.budgetTokens !== null,
  },
  'earlier reasoning': {
    field: 'thinking',
    isIn: (dialogue) => partsOf(dialogue).some(({ kind }) => kind === 'thought'),
  },
  'refusal in the history': {
    field: 'refusal',
    isIn: (dialogue) => partsOf(dialogue).some(({ kind }) => kind === 'refusal'),
  },
  'citations in the history': {
    field: 'annotations',
    isIn: (dialogue) =>
      partsOf(dialogue).some((it) => it.kind === 'text' && it.citations.length > 0),
    without: eachPart((it) => (it.kind === 'text' ? { ...it, citations: [] } : it)),
  },
  'top k': sampling('topK', 'top_k'),
  seed: sampling('seed', 'seed'),
  'frequency penalty': sampling('frequencyPenalty', 'frequency_penalty'),
  'presence penalty': sampling('presencePenalty', 'presence_penalty'),
  'log probabilities': sampling('logprobs', 'logprobs'),
  'logit bias': sampling('logitBias', 'logit_bias'),
  'stop sequences': {
    field: 'stop',
    isIn: ({ stop }) => stop.length > 0,
    without: (it) => ({ ...it, stop: [] }),
  },
  'several answers': { field: 'n', isIn: ({ answers }) => answers > 1 },
  'cache marks': { field: 'cache_control', isIn: hasCacheMarks, without: withoutCacheMarks },
  'cache key': setting('cacheKey', 'prompt_cache_key'),
  'end user': setting('endUser', 'user'),
  metadata: setting('metadata', 'metadata'),
  verbosity: setting('verbosity', 'verbosity'),
  'service tier': setting('serviceTier', 'service_tier'),
};

/**
 * A dialogue as the given protocol can say it, with the names of what was left out.
 * @throws AppError bad_request for something the protocol cannot say and the request cannot do without.
 */
export function fitTo(
  dialogue: Dialogue,
  protocol: ProtocolId,
): { dialogue: Dialogue; dropped: string[] } {
  let fitted = dialogue;
  const dropped = [...dialogue.unsaid];
  for (const [feature, trait] of Object.entries(TRAITS) as [Feature, Trait][]) {
    const fate = FIDELITY[feature][protocol];
    if (fate === 'say' || typeof fate === 'object' || !trait.isIn(fitted)) continue;
    if (fate === 'refuse' || !trait.without) throw cannotSay(feature, trait.field);
    fitted = trait.without(fitted);
    dropped.push(trait.field);
  }
  return { dialogue: fitted, dropped };
}

function cannotSay(feature: Feature, param: string): AppError {
  return new AppError(
    'bad_request',
    `${param}: the platform behind this model speaks another protocol, which has no words for this (${feature}). Leave it out, or ask for a model on a platform of this protocol.`,
    { param },
  );
}

function part(field: string, is: (it: AnyPart) => boolean): Trait {
  return { field, isIn: (dialogue) => partsOf(dialogue).some(is) };
}

/** A member of the dialogue that is null when not asked for. */
function setting(name: keyof Dialogue, field: string): Trait {
  return {
    field,
    isIn: (dialogue) => dialogue[name] !== null,
    without: (dialogue) => ({ ...dialogue, [name]: null }),
  };
}

function sampling(name: keyof Sampling, field: string): Trait {
  return {
    field,
    isIn: (dialogue) => dialogue.sampling[name] !== null,
    without: (it) => ({ ...it, sampling: { ...it.sampling, [name]: null } }),
  };
}

function some(is: (message: Message) => boolean) {
  return ({ messages }: Dialogue) => messages.some(is);
}

function partsOf({ messages }: Dialogue): AnyPart[] {
  return messages.flatMap((message): AnyPart[] => message.parts);
}

/** Changes every part of every message; a change keeps the part's kind. */
function eachPart(change: (it: AnyPart) => AnyPart) {
  return (dialogue: Dialogue): Dialogue => ({
    ...dialogue,
    messages: dialogue.messages.map(
      (message) => ({ ...message, parts: message.parts.map(change) }) as Message,
    ),
  });
}

function isStored({ source }: { source: Source }): boolean {
  return source.at === 'file';
}

function isSystem({ role }: Message): boolean {
  return role === 'system' || role === 'developer';
}

function hasLateSystem({ messages }: Dialogue): boolean {
  const start = messages.findIndex((message) => !isSystem(message));
  return start >= 0 && messages.slice(start).some(isSystem);
}

function hasCacheMarks(dialogue: Dialogue): boolean {
  return (
    partsOf(dialogue).some((it) => 'cache' in it && it.cache !== null) ||
    dialogue.messages.some((it) => it.role === 'tool' && it.cache !== null) ||
    dialogue.tools.some((tool) => tool.kind === 'function' && tool.cache !== null)
  );
}

function withoutCacheMarks(dialogue: Dialogue): Dialogue {
  const bare = eachPart((it) => ('cache' in it ? { ...it, cache: null } : it))(dialogue);
  return {
    ...bare,
    messages: bare.messages.map((it) => (it.role === 'tool' ? { ...it, cache: null } : it)),
    tools: bare.tools.map((tool) => (tool.kind === 'function' ? { ...tool, cache: null } : tool)),
  };
}
