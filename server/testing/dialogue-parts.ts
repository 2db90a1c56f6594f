import fc from 'fast-check';
import type {
  CacheMark,
  CallPart,
  FilePart,
  ImagePart,
  OutputFormat,
  Sampling,
  Source,
  TextPart,
  ThoughtPart,
  Tool,
  ToolChoice,
} from '../gateway/protocols/dialogue.ts';
import type { Reasoning } from '../platforms/quirks.ts';

/** What a protocol can say: dialogues are made of nothing else, so that they survive a round trip. */
export type Vocabulary = {
  /** `leading` = one message at the start; `null` = none at all. */
  systems: 'anywhere' | 'leading' | null;
  systemRoles: readonly ('system' | 'developer')[];
  /** Several text parts in one system turn, else one. */
  systemParts: boolean;
  /** Two turns of one role may follow each other. */
  sameRoleTwice: boolean;
  /** An answer's parts may come in any order and number; else at most one thought, one text, one refusal, then calls. */
  anyPartOrder: boolean;
  imageSources: readonly Source['at'][];
  imageDetail: boolean;
  audio: boolean;
  fileSources: readonly Source['at'][];
  /** Whether a document's name survives: always there, or always null. */
  fileNames: boolean;
  /** Several parts in one result, else one. */
  severalResultParts: boolean;
  /** Beside text. */
  resultParts: readonly ('image' | 'file')[];
  failedResults: boolean;
  refusals: boolean;
  thoughts: fc.Arbitrary<ThoughtPart> | null;
  customTools: boolean;
  toolChoices: readonly ToolChoice['type'][];
  /** Whether a tool's `strict` survives. */
  strict: boolean;
  formats: readonly OutputFormat['type'][];
  /** Whether a schema format's name, description and strict survive. */
  formatNames: boolean;
  reasoning: fc.Arbitrary<Reasoning> | null;
  sampling: readonly (keyof Sampling)[];
  cacheTtls: readonly (string | null)[];
  /** Other members of the request that it can say. */
  settings: readonly Setting[];
};

export type Setting =
  | 'answers'
  | 'cacheKey'
  | 'endUser'
  | 'maxOutputTokens'
  | 'metadata'
  | 'parallelCalls'
  | 'serviceTier'
  | 'stop'
  | 'stream'
  | 'verbosity';

/** Chats with text and function tools only; a protocol's own vocabulary spreads it and adds. */
export const PLAIN_WORDS: Vocabulary = {
  systems: 'leading',
  systemRoles: ['system'],
  systemParts: false,
  sameRoleTwice: false,
  anyPartOrder: false,
  imageSources: [],
  imageDetail: false,
  audio: false,
  fileSources: [],
  fileNames: false,
  severalResultParts: true,
  resultParts: [],
  failedResults: false,
  refusals: false,
  thoughts: null,
  customTools: false,
  toolChoices: ['auto', 'none', 'required', 'tool'],
  strict: false,
  formats: [],
  formatNames: false,
  reasoning: null,
  sampling: ['temperature', 'topP'],
  cacheTtls: [],
  settings: ['maxOutputTokens', 'stream'],
};

/** Words that are not empty, in any script. */
export const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
export const base64 = fc
  .uint8Array({ minLength: 1, maxLength: 12 })
  .map((bytes) => Buffer.from(bytes).toString('base64'));
/** JSON text of an object, as a call's arguments are. */
const argumentsJson = fc
  .dictionary(fc.constantFrom('city', 'n', 'ü'), fc.oneof(words, fc.integer(), fc.boolean()))
  .map((json) => JSON.stringify(json));

/** The arbitrary's values or null; without one, null only. */
export function maybe<T>(arbitrary: fc.Arbitrary<T> | null): fc.Arbitrary<T | null> {
  return arbitrary ? fc.option(arbitrary, { nil: null }) : fc.constant(null);
}

/** One of those that the vocabulary has; the list must not be empty. */
export function oneOf<T>(arbitraries: (fc.Arbitrary<T> | false)[]): fc.Arbitrary<T> {
  return fc.oneof(...arbitraries.filter((it) => it !== false));
}

/** Ids are filled in when the turns are put together. */
export function callPart(can: Vocabulary, tools: Tool[]): fc.Arbitrary<CallPart> {
  const known = tools.filter((it) => it.kind !== 'hosted');
  const any: Pick<(typeof known)[number], 'kind' | 'name'> = { kind: 'function', name: 'lookup' };
  return fc.constantFrom(...(known.length > 0 ? known : [any])).chain(({ kind, name }) =>
    fc.record({
      kind: fc.constant('call' as const),
      id: fc.constant(''),
      name: fc.constant(name),
      arguments: kind === 'custom' ? words : argumentsJson,
      cache: cacheMark(can),
    }),
  );
}

export function textPart(can: Vocabulary): fc.Arbitrary<TextPart> {
  return fc.record({
    kind: fc.constant('text' as const),
    text: words,
    citations: fc.constant([]),
    cache: cacheMark(can),
  });
}

export function imagePart(can: Vocabulary): fc.Arbitrary<ImagePart> {
  return fc.record({
    kind: fc.constant('image' as const),
    source: fc
      .constantFrom(...can.imageSources)
      .chain((at) => source(at, ['image/png', 'image/jpeg'])),
    detail: maybe(can.imageDetail ? fc.constantFrom('low', 'high', 'auto') : null),
    cache: cacheMark(can),
  });
}

export function filePart(can: Vocabulary): fc.Arbitrary<FilePart> {
  return fc.record({
    kind: fc.constant('file' as const),
    source: fc.constantFrom(...can.fileSources).chain((at) => source(at, ['application/pdf'])),
    name: can.fileNames ? words.map((it) => `${it}.pdf`) : fc.constant(null),
    cache: cacheMark(can),
  });
}

function source(at: Source['at'], mediaTypes: string[]): fc.Arbitrary<Source> {
  const name = fc.constantFrom('a', 'b/c', 'd?e=f');
  switch (at) {
    case 'url':
      return name.map((it) => ({ at, url: `https://files.example/${it}` }));
    case 'data':
      return fc.record({
        at: fc.constant(at),
        mediaType: fc.constantFrom(...mediaTypes),
        data: base64,
      });
    case 'file':
      return name.map((it) => ({ at, id: `file-${it}` }));
  }
}

export function cacheMark({ cacheTtls }: Vocabulary): fc.Arbitrary<CacheMark | null> {
  if (cacheTtls.length === 0) return fc.constant(null);
  return maybe(fc.constantFrom(...cacheTtls).map((ttl) => ({ ttl })));
}
