import type { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import {
  type Block,
  type Content,
  DocumentBlock,
  ImageBlock,
  RedactedThinkingBlock,
  SearchResultBlock,
  TextBlock,
  ThinkingBlock,
  ToolUseBlock,
} from '#shared/wire/anthropic-messages.ts';
import {
  type AnswerPart,
  type CacheMark,
  type FilePart,
  type ImagePart,
  type Source,
  type TextPart,
  type ThoughtPart,
  text,
} from '../dialogue.ts';
import { readSeal } from '../seals.ts';
import { readCitations } from './citations.ts';

/** Where in the request we are, for messages, and what had to be left unsaid. */
export type Place = { at: string; unsaid: Set<string> };

/** What the user, or a tool, shows the model. */
export type ShownPart = TextPart | ImagePart | FilePart;

/** @throws AppError bad_request naming the member below `at`. */
export function readAs<Schema extends z.ZodType>(
  schema: Schema,
  json: unknown,
  at: string,
): z.infer<Schema> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const param = [at, ...(issue?.path ?? [])].join('.');
  throw new AppError('bad_request', `${param}: ${issue?.message ?? 'not valid'}`, { param });
}

/** Content as a list of blocks. */
export function blocksOf(content: Content | null | undefined): Block[] {
  if (content === null || content === undefined) return [];
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

/** `cache_control` as a mark. */
export function readCache(json: { ttl?: string | null | undefined } | null | undefined) {
  return json ? ({ ttl: json.ttl ?? null } satisfies CacheMark) : null;
}

/** Blocks of a user's turn or a tool's result. @throws AppError bad_request for other types. */
export function readShown(block: Block, place: Place): ShownPart[] {
  switch (block.type) {
    case 'text':
      return [readText(block, place.at)];
    case 'image': {
      const { source, cache_control } = readAs(ImageBlock, block, place.at);
      const cache = readCache(cache_control);
      return [{ kind: 'image', source: sourceOf(source), detail: null, cache }];
    }
    case 'document':
      return readDocument(block, place);
    case 'search_result': {
      const { source, title, content, cache_control } = readAs(SearchResultBlock, block, place.at);
      const words = [title, source, '', ...content.map((it) => it.text)].join('\n');
      return [{ ...text(words), cache: readCache(cache_control) }];
    }
    default:
      throw unknown(block, place.at);
  }
}

/** A text block with its citations. */
export function readText(block: Block, at: string): TextPart {
  const { text: words, citations, cache_control } = readAs(TextBlock, block, at);
  return {
    kind: 'text',
    text: words,
    citations: readCitations(citations),
    cache: readCache(cache_control),
  };
}

/** Blocks of an assistant's turn. @throws AppError bad_request for types without a meaning here. */
export function readAnswerBlock(block: Block, place: Place): AnswerPart[] {
  switch (block.type) {
    case 'text':
      return [readText(block, place.at)];
    case 'thinking':
    case 'redacted_thinking':
      return [readThought(block, place.at)];
    case 'tool_use': {
      const { id, name, input, cache_control } = readAs(ToolUseBlock, block, place.at);
      const cache = readCache(cache_control);
      return [{ kind: 'call', id, name, arguments: JSON.stringify(input ?? {}), cache }];
    }
    default:
      // What the platform's own tools did means something to that platform only.
      if (!isOfServerTool(block.type)) throw unknown(block, place.at);
      place.unsaid.add(`messages.content.${block.type}`);
      return [];
  }
}

/**
 * Reasoning as the client hands it back. A seal without text that another maker made went out as
 * `redacted_thinking`, though its platform hid nothing.
 */
function readThought(block: Block, at: string): ThoughtPart {
  if (block.type === 'redacted_thinking') {
    const seal = readSeal(readAs(RedactedThinkingBlock, block, at).data, 'anthropic');
    return { kind: 'thought', text: '', seal, redacted: seal.maker === 'anthropic' };
  }
  const { thinking, signature } = readAs(ThinkingBlock, block, at);
  const seal = signature ? readSeal(signature, 'anthropic') : null;
  return { kind: 'thought', text: thinking, seal, redacted: false };
}

function isOfServerTool(type: string): boolean {
  return /^(server|mcp)_tool_use$|._tool_result$/.test(type);
}

function readDocument(block: Block, place: Place): ShownPart[] {
  const { source, title, cache_control } = readAs(DocumentBlock, block, place.at);
  for (const member of ['context', 'citations']) {
    if (block[member] != null) place.unsaid.add(`messages.content.${member}`);
  }
  const cache = readCache(cache_control);
  const name = title ?? null;
  if (source.type === 'content') {
    const parts = blocksOf(source.content).flatMap((inner) => {
      if (inner.type !== 'text' && inner.type !== 'image') throw unknown(inner, place.at);
      return readShown(inner, { ...place, at: `${place.at}.source.content` });
    });
    return parts.map((part, at) => (at === parts.length - 1 && cache ? { ...part, cache } : part));
  }
  if (source.type === 'text') {
    const data = Buffer.from(source.data).toString('base64');
    return [{ kind: 'file', source: { at: 'data', mediaType: 'text/plain', data }, name, cache }];
  }
  return [{ kind: 'file', source: sourceOf(source), name, cache }];
}

function sourceOf(source: Exclude<z.infer<typeof ImageBlock>['source'], never>): Source {
  switch (source.type) {
    case 'base64':
      return { at: 'data', mediaType: source.media_type, data: source.data };
    case 'url':
      return { at: 'url', url: source.url };
    case 'file':
      return { at: 'file', id: source.file_id };
  }
}

function unknown({ type }: Block, at: string): AppError {
  return new AppError(
    'bad_request',
    `${at}: blocks of type "${type.slice(0, 80)}" have no meaning to the platform behind this model. Leave them out, or ask for a model on a platform that speaks Anthropic’s Messages.`,
    { param: at },
  );
}
