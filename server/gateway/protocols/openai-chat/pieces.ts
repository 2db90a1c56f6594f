import { isObject } from '../body.ts';
import type { Citation } from '../dialogue.ts';
import { readCitations } from './read-parts.ts';

/** What a message, or a piece of one, says, freed of the ways in which platforms write it. */
export type Piece = {
  thought: string;
  text: string;
  refusal: string;
  calls: CallPiece[];
  citations: Citation[];
};

export type CallPiece = {
  /** Null where the platform gives none. */
  index: number | null;
  id: string | null;
  name: string | null;
  arguments: string;
};

/**
 * Reads a message or delta. Reasoning is no member of OpenAI's own: `reasoning_content` is what most
 * platforms call it, `reasoning` is OpenRouter's and newer vLLM's name.
 */
export function readPiece(message: unknown): Piece {
  const said = isObject(message) ? message : {};
  return {
    thought: words(said['reasoning_content']) || words(said['reasoning']),
    text: contentText(said['content']),
    refusal: words(said['refusal']),
    calls: readCalls(said),
    citations: readCitations(said['annotations']),
  };
}

/** Everything in it that the model was paid for writing. */
export function allWords({ thought, text, refusal, calls }: Piece): string {
  return [thought, text, refusal, ...calls.map((it) => (it.name ?? '') + it.arguments)].join('');
}

function words(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Some platforms answer with a list of parts. */
function contentText(content: unknown): string {
  if (!Array.isArray(content)) return words(content);
  return content.map((part) => (isObject(part) ? words(part['text']) : '')).join('');
}

function readCalls({ tool_calls, function_call }: Record<string, unknown>): CallPiece[] {
  if (Array.isArray(tool_calls)) return tool_calls.filter(isObject).map(readCall);
  return isObject(function_call) ? [{ ...readCall({ function: function_call }), index: 0 }] : [];
}

function readCall(call: Record<string, unknown>): CallPiece {
  const { index, id } = call;
  const custom = isObject(call['custom']) ? call['custom'] : null;
  const said = custom ?? (isObject(call['function']) ? call['function'] : {});
  return {
    index: typeof index === 'number' ? index : null,
    id: words(id) || null,
    name: words(said['name']) || null,
    arguments: argumentsText(custom ? said['input'] : said['arguments']),
  };
}

/** JSON text; a few servers send the object itself. */
function argumentsText(args: unknown): string {
  return isObject(args) ? JSON.stringify(args) : words(args);
}

/** An id for a call to which the platform gave none: unlike those of other answers, if that had one. */
export function callId(number: number, answerId: string | null): string {
  const tail = answerId?.replaceAll(/[^\w-]/g, '').slice(-16);
  return tail ? `call_${number}_${tail}` : `call_${number}`;
}
