import fc from 'fast-check';
import {
  type AnswerPart,
  type Dialogue,
  EMPTY_DIALOGUE,
  type FilePart,
  type ImagePart,
  type Message,
  NO_SAMPLING,
  type OutputFormat,
  type Sampling,
  type TextPart,
  type Tool,
  type ToolChoice,
  type UserPart,
} from '../gateway/protocols/dialogue.ts';
import { EFFORTS, type Reasoning } from '../platforms/quirks.ts';
import {
  base64,
  cacheMark,
  callPart,
  filePart,
  imagePart,
  maybe,
  oneOf,
  type Setting,
  textPart,
  type Vocabulary,
  words,
} from './dialogue-parts.ts';

export { PLAIN_WORDS, type Vocabulary, words } from './dialogue-parts.ts';

/** An effort by name and nothing else. */
export const efforts: fc.Arbitrary<Reasoning> = fc
  .constantFrom(...EFFORTS)
  .map((effort) => ({ effort, budgetTokens: null, show: null }));

/** Any dialogue that can be said in a vocabulary. Calls and results belong together, ids are unique. */
export function dialogues(can: Vocabulary): fc.Arbitrary<Dialogue> {
  return fc
    .uniqueArray(tool(can), { maxLength: 3, selector: (it) => ('name' in it ? it.name : it.type) })
    .chain((tools) =>
      fc
        .record({
          messages: messages(can, tools),
          toolChoice: toolChoice(can, tools),
          format: format(can),
          reasoning: maybe(can.reasoning),
          sampling: sampling(can),
          settings: settings(can),
        })
        .map(({ settings: said, ...rest }) => ({ ...EMPTY_DIALOGUE, tools, ...rest, ...said })),
    );
}

function messages(can: Vocabulary, tools: Tool[]): fc.Arbitrary<Message[]> {
  const round = fc.record({
    system: can.systems === 'anywhere' ? maybe(systemTurn(can)) : fc.constant(null),
    user: fc.option(userTurn(can), { nil: null }),
    answer: fc.option(answerParts(can, tools), { nil: null }),
    results: fc.array(result(can), { minLength: 4, maxLength: 4 }),
  });
  return fc
    .record({
      lead: maybe(can.systems === 'leading' ? systemTurn(can) : null),
      opening: userTurn(can),
      rounds: fc.array(round, { maxLength: 3 }),
    })
    .map(({ lead, opening, rounds }) => {
      const said: Message[] = lead ? [lead, opening] : [opening];
      const mayFollow = (role: Message['role']) => can.sameRoleTwice || said.at(-1)?.role !== role;
      let callNumber = 0;
      const withIds = (parts: AnswerPart[]) =>
        parts.map((it) => (it.kind === 'call' ? { ...it, id: `call_${callNumber++}` } : it));
      for (const { system, user, answer, results } of rounds) {
        if (system) said.push(system);
        if (user && mayFollow('user')) said.push(user);
        if (!answer || !mayFollow('assistant')) continue;
        const parts = withIds(answer);
        said.push({ role: 'assistant', parts }, ...resultsOf(parts, results));
      }
      return said;
    });
}

type Result = Omit<Extract<Message, { role: 'tool' }>, 'role' | 'callId' | 'name'>;

function resultsOf(parts: AnswerPart[], results: Result[]): Message[] {
  const calls = parts.filter((part) => part.kind === 'call');
  return calls.flatMap(({ id, name }, index): Message[] => {
    const said = results[index];
    return said ? [{ role: 'tool', callId: id, name, ...said }] : [];
  });
}

function systemTurn(can: Vocabulary): fc.Arbitrary<Message> {
  return fc.record({
    role: fc.constantFrom(...can.systemRoles),
    parts: fc.array(textPart(can), { minLength: 1, maxLength: can.systemParts ? 2 : 1 }),
  });
}

function userTurn(can: Vocabulary): fc.Arbitrary<Message> {
  const part = oneOf<UserPart>([
    textPart(can),
    can.imageSources.length > 0 && imagePart(can),
    can.fileSources.length > 0 && filePart(can),
    can.audio &&
      fc.record({
        kind: fc.constant('audio' as const),
        data: base64,
        format: fc.constantFrom('wav', 'mp3'),
      }),
  ]);
  return fc.record({
    role: fc.constant('user' as const),
    parts: fc.array(part, { minLength: 1, maxLength: 3 }),
  });
}

function result(can: Vocabulary): fc.Arbitrary<Result> {
  const part = oneOf<TextPart | ImagePart | FilePart>([
    textPart({ ...can, cacheTtls: [] }),
    can.resultParts.includes('image') && imagePart({ ...can, cacheTtls: [] }),
    can.resultParts.includes('file') && filePart({ ...can, cacheTtls: [] }),
  ]);
  return fc.record({
    parts: fc.array(part, { minLength: 1, maxLength: can.severalResultParts ? 2 : 1 }),
    isError: can.failedResults ? fc.boolean() : fc.constant(false),
    cache: cacheMark(can),
  });
}

/** The parts of one answer; ids of calls are empty. */
export function answerParts(can: Vocabulary, tools: Tool[]): fc.Arbitrary<AnswerPart[]> {
  const refusal = fc.record({ kind: fc.constant('refusal' as const), text: words });
  const call = callPart(can, tools);
  if (can.anyPartOrder) {
    const part = oneOf<AnswerPart>([
      textPart(can),
      call,
      can.refusals && refusal,
      can.thoughts ?? false,
    ]);
    return fc.array(part, { minLength: 1, maxLength: 4 });
  }
  return fc
    .tuple(
      maybe(can.thoughts),
      maybe(textPart(can)),
      maybe(can.refusals ? refusal : null),
      fc.array(call, { maxLength: 2 }),
    )
    .map(([thought, words, refused, calls]): AnswerPart[] =>
      [thought, words, refused, ...calls].filter((part) => part !== null),
    )
    .filter((parts) => parts.some(({ kind }) => kind !== 'thought'));
}

const schema = fc
  .dictionary(fc.constantFrom('city', 'n'), fc.constantFrom({ type: 'string' }, { type: 'number' }))
  .map((properties) => ({ type: 'object', properties }));

function tool(can: Vocabulary): fc.Arbitrary<Tool> {
  const name = fc.constantFrom('weather', 'search', 'run_sql', 'lookup-2');
  const description = fc.option(words, { nil: null });
  return oneOf<Tool>([
    fc.record({
      kind: fc.constant('function' as const),
      name,
      description,
      schema,
      strict: maybe(can.strict ? fc.boolean() : null),
      cache: cacheMark(can),
    }),
    can.customTools &&
      fc.record({
        kind: fc.constant('custom' as const),
        name,
        description,
        grammar: fc.constantFrom(null, { type: 'text' }),
      }),
  ]);
}

function toolChoice({ toolChoices }: Vocabulary, tools: Tool[]): fc.Arbitrary<ToolChoice | null> {
  const names = tools.flatMap((it) => ('name' in it ? [it.name] : []));
  if (names.length === 0 || toolChoices.length === 0) return fc.constant(null);
  return maybe(
    fc.constantFrom(...toolChoices).chain((type): fc.Arbitrary<ToolChoice> => {
      if (type === 'tool') return fc.constantFrom(...names).map((name) => ({ type, name }));
      if (type !== 'allowed') return fc.constant({ type });
      return fc.record({
        type: fc.constant(type),
        mode: fc.constantFrom('auto', 'required'),
        names: fc.subarray(names, { minLength: 1 }),
      });
    }),
  );
}

function format({ formats, formatNames }: Vocabulary): fc.Arbitrary<OutputFormat | null> {
  if (formats.length === 0) return fc.constant(null);
  return maybe(
    fc.constantFrom(...formats).chain((type): fc.Arbitrary<OutputFormat> => {
      if (type === 'json') return fc.constant({ type });
      return fc.record({
        type: fc.constant(type),
        name: formatNames ? fc.constantFrom('city', 'answer_2') : fc.constant(null),
        description: maybe(formatNames ? words : null),
        schema,
        strict: maybe(formatNames ? fc.boolean() : null),
      });
    }),
  );
}

function sampling({ sampling: known }: Vocabulary): fc.Arbitrary<Sampling> {
  const tenths = fc.integer({ min: 0, max: 10 }).map((n) => n / 10);
  const values: { [Name in keyof Sampling]: fc.Arbitrary<NonNullable<Sampling[Name]>> } = {
    temperature: tenths,
    topP: tenths,
    topK: fc.integer({ min: 1, max: 100 }),
    seed: fc.integer({ min: 0, max: 1_000 }),
    frequencyPenalty: tenths,
    presencePenalty: tenths,
    logprobs: fc.integer({ min: 0, max: 5 }),
    logitBias: fc.dictionary(fc.constantFrom('1', '2'), fc.integer({ min: -100, max: 100 })),
  };
  return pick(values, known).map((said) => ({ ...NO_SAMPLING, ...said }));
}

function settings({ settings: known }: Vocabulary): fc.Arbitrary<Partial<Dialogue>> {
  const values: { [Name in Setting]: fc.Arbitrary<Dialogue[Name]> } = {
    answers: fc.integer({ min: 1, max: 3 }),
    cacheKey: words,
    endUser: words,
    maxOutputTokens: fc.integer({ min: 1, max: 10_000 }),
    metadata: fc.dictionary(fc.constantFrom('a', 'b'), words),
    parallelCalls: fc.boolean(),
    serviceTier: fc.constantFrom('auto', 'flex'),
    stop: fc.array(words, { minLength: 1, maxLength: 3 }),
    stream: fc.boolean(),
    verbosity: fc.constantFrom('low', 'medium', 'high'),
  };
  return pick(values, known);
}

/** Some of the named members, each with a value of its own. */
function pick<Values extends object>(
  values: { [Name in keyof Values]: fc.Arbitrary<Values[Name]> },
  known: readonly (keyof Values)[],
): fc.Arbitrary<Partial<Values>> {
  const chosen = Object.fromEntries(known.map((name) => [name, values[name]]));
  return fc.record(chosen, { requiredKeys: [] }) as unknown as fc.Arbitrary<Partial<Values>>;
}
