import { AppError } from '#shared/errors.ts';
import { tryParseObject } from '../body.ts';
import type {
  AnswerPart,
  AudioPart,
  CallPart,
  Dialogue,
  FilePart,
  ImagePart,
  Message,
  Source,
  TextPart,
  ThoughtPart,
  ToolMessage,
} from '../dialogue.ts';
import { writeCache } from './write-tools.ts';

type Wire = Record<string, unknown>;
type Turn = { role: 'user' | 'assistant'; content: Wire[] };

/** How calls are written: by the names of the tools that take free text, with ids the API takes. */
type Calls = { freeText: Set<string>; idOf: (id: string) => string };

/** The conversation has to begin with the user: what stands there when it does not. */
const OPENING = 'Begin.';

/**
 * `messages`: turns of the same role joined, the results of tools before the user's words.
 * Source: https://platform.claude.com/docs/en/build-with-claude/working-with-messages
 * @throws AppError bad_request for a document of a type that the API does not take.
 */
export function writeMessages({ messages, tools }: Dialogue): Turn[] {
  const calls: Calls = {
    freeText: new Set(tools.flatMap((tool) => (tool.kind === 'custom' ? tool.name : []))),
    idOf: createIds(),
  };
  const turns: Turn[] = [];
  for (const message of messages) {
    const turn = writeTurn(message, calls);
    if (!turn || turn.content.length === 0) continue;
    const last = turns.at(-1);
    if (last?.role === turn.role) last.content.push(...turn.content);
    else turns.push(turn);
  }
  if (turns[0]?.role !== 'user') {
    turns.unshift({ role: 'user', content: [{ type: 'text', text: OPENING }] });
  }
  return trimEnd(turns.map(resultsFirst));
}

/** Blocks of `system`: what system and developer turns say, wherever they stand. */
export function writeSystem(messages: readonly Message[]): Wire[] {
  return messages.flatMap((message) =>
    message.role === 'system' || message.role === 'developer'
      ? message.parts.flatMap(writeText)
      : [],
  );
}

function writeTurn(message: Message, calls: Calls): Turn | null {
  switch (message.role) {
    case 'system':
    case 'developer':
      return null;
    case 'user':
      return { role: 'user', content: message.parts.flatMap(writeShown) };
    case 'tool':
      return { role: 'user', content: [writeResult(message, calls)] };
    case 'assistant': {
      const content = message.parts.flatMap((part) => writeAnswerPart(part, calls));
      return { role: 'assistant', content };
    }
  }
}

/** Text of nothing but white space is refused, so it is left out. */
function writeText({ text, cache }: TextPart): Wire[] {
  return text.trim() === '' ? [] : [{ type: 'text', text, ...writeCache(cache) }];
}

function writeShown(part: TextPart | ImagePart | AudioPart | FilePart): Wire[] {
  switch (part.kind) {
    case 'text':
      return writeText(part);
    case 'image':
      return [{ type: 'image', source: writeSource(part.source), ...writeCache(part.cache) }];
    case 'file': {
      const title = part.name === null ? {} : { title: part.name };
      const source = writeDocument(part.source);
      return [{ type: 'document', source, ...title, ...writeCache(part.cache) }];
    }
    case 'audio':
      throw new AppError('bad_request', 'input_audio: the platform takes no sound. Leave it out.', {
        param: 'input_audio',
      });
  }
}

function writeSource(source: Source): Wire {
  switch (source.at) {
    case 'url':
      return { type: 'url', url: source.url };
    case 'file':
      return { type: 'file', file_id: source.id };
    case 'data':
      return { type: 'base64', media_type: source.mediaType, data: source.data };
  }
}

/** Source: https://platform.claude.com/docs/en/build-with-claude/files#file-types-and-content-blocks */
function writeDocument(source: Source): Wire {
  if (source.at !== 'data' || source.mediaType === 'application/pdf') return writeSource(source);
  if (isText(source.mediaType)) {
    const data = Buffer.from(source.data, 'base64').toString();
    return { type: 'text', media_type: 'text/plain', data };
  }
  throw new AppError(
    'bad_request',
    `file: the platform behind this model reads PDF and text, not ${source.mediaType.slice(0, 80)}.`,
    { param: 'file' },
  );
}

function isText(mediaType: string): boolean {
  return /^(text\/|application\/(json|xml|x-yaml|yaml)\b)/.test(mediaType);
}

function writeResult(message: ToolMessage, { idOf }: Calls): Wire {
  const content = message.parts.flatMap(writeShown);
  return {
    type: 'tool_result',
    tool_use_id: idOf(message.callId),
    ...(content.length > 0 ? { content } : {}),
    ...(message.isError ? { is_error: true } : {}),
    ...writeCache(message.cache),
  };
}

function writeAnswerPart(part: AnswerPart, calls: Calls): Wire[] {
  switch (part.kind) {
    case 'text':
      return writeText(part);
    case 'refusal':
      return part.text.trim() === '' ? [] : [{ type: 'text', text: part.text }];
    case 'thought':
      return writeThought(part);
    case 'call': {
      const input = inputOf(part, calls.freeText);
      const { id, name, cache } = part;
      return [{ type: 'tool_use', id: calls.idOf(id), name, input, ...writeCache(cache) }];
    }
  }
}

/** The API takes back only reasoning that it sealed itself. */
function writeThought({ text, seal, redacted }: ThoughtPart): Wire[] {
  if (seal?.maker !== 'anthropic') return [];
  return redacted
    ? [{ type: 'redacted_thinking', data: seal.value }]
    : [{ type: 'thinking', thinking: text, signature: seal.value }];
}

/** What the model wrote for the tool; text that is no JSON object is the input of a free-text tool. */
function inputOf({ name, arguments: words }: CallPart, freeText: Set<string>): object {
  if (freeText.has(name)) return { input: words };
  if (words.trim() === '') return {};
  return tryParseObject(words) ?? { input: words };
}

/**
 * Ids as the API takes them (letters, digits, `_`, `-`), the same for a call and its result; no two
 * ids become one.
 */
function createIds(): (id: string) => string {
  const written = new Map<string, string>();
  const taken = new Set<string>();
  return (id) => {
    const known = written.get(id);
    if (known !== undefined) return known;
    const base = id.replaceAll(/[^a-zA-Z0-9_-]/g, '_') || 'call';
    let safe = base;
    for (let n = 2; taken.has(safe); n += 1) safe = `${base}_${n}`;
    written.set(id, safe);
    taken.add(safe);
    return safe;
  };
}

function resultsFirst({ role, content }: Turn): Turn {
  const isResult = ({ type }: Wire) => type === 'tool_result';
  return {
    role,
    content: [...content.filter(isResult), ...content.filter((block) => !isResult(block))],
  };
}

/** An answer begun for the model must not end in white space. */
function trimEnd(turns: Turn[]): Turn[] {
  const last = turns.at(-1);
  const block = last?.content.at(-1);
  if (last?.role === 'assistant' && typeof block?.['text'] === 'string') {
    block['text'] = block['text'].trimEnd();
  }
  return turns;
}
