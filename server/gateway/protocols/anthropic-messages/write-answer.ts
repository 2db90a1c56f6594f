import { tryParseObject } from '../body.ts';
import type { AnswerPart, DialogueAnswer, Seal, ThoughtPart } from '../dialogue.ts';
import type { AnswerContext } from '../protocol.ts';
import { writeSeal } from '../seals.ts';
import { writeCitation } from './citations.ts';
import { writeFinish, writeUsage } from './outcome.ts';

/**
 * A whole answer.
 * Source: https://platform.claude.com/docs/en/api/messages/create
 */
export function writeAnswer(answer: DialogueAnswer, context: AnswerContext): object {
  const { parts, finish, stopSequence, usage } = answer;
  const refused = parts.some(({ kind }) => kind === 'refusal');
  return {
    ...messageHead(context),
    content: parts.flatMap(writePart),
    ...writeFinish(finish, stopSequence, refused),
    usage: writeUsage(usage),
  };
}

/** What a message says of itself before there is any of it. */
export function messageHead({ requestId, model }: AnswerContext) {
  return { id: `msg_${requestId}`, type: 'message', role: 'assistant', model };
}

/**
 * Whether a seal goes out as `redacted_thinking`: the block that clients hand back unchanged, and
 * before what follows it. What Anthropic's models hid, and seals of others that come without words.
 */
export function isHidden(seal: Seal | null, words: string, redacted: boolean): boolean {
  return redacted || (seal !== null && seal.maker !== 'anthropic' && words === '');
}

function writePart(part: AnswerPart): object[] {
  switch (part.kind) {
    case 'text': {
      const citations = part.citations.map(writeCitation);
      return part.text === '' && citations.length === 0
        ? []
        : [{ type: 'text', text: part.text, ...(citations.length > 0 ? { citations } : {}) }];
    }
    case 'refusal':
      return part.text === '' ? [] : [{ type: 'text', text: part.text }];
    case 'thought':
      return writeThought(part);
    case 'call': {
      const input = tryParseObject(part.arguments) ?? inputOf(part.arguments);
      return [{ type: 'tool_use', id: part.id, name: part.name, input }];
    }
  }
}

function writeThought({ text, seal, redacted }: ThoughtPart): object[] {
  const value = seal ? writeSeal(seal) : '';
  if (isHidden(seal, text, redacted)) {
    return value === '' ? [] : [{ type: 'redacted_thinking', data: value }];
  }
  if (text === '' && seal === null) return [];
  return [{ type: 'thinking', thinking: text, signature: value }];
}

/** A model may write arguments that are no JSON object; an input has to be one. */
function inputOf(words: string): object {
  return words.trim() === '' ? {} : { input: words };
}
