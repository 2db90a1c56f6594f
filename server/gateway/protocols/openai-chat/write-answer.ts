import { customNames, unwrapInput } from '../custom-tools.ts';
import type { AnswerPart, CallPart, Citation, DialogueAnswer } from '../dialogue.ts';
import type { AnswerContext } from '../protocol.ts';
import { REFUSAL_TEXT, writeFinish } from './finish.ts';
import { writeUsage } from './usage.ts';

/**
 * An answer as a completion.
 * Source: https://platform.openai.com/docs/api-reference/chat/object
 */
export function writeAnswer(answer: DialogueAnswer, context: AnswerContext): object {
  const { parts, finish, usage } = answer;
  const refusal = wordsIn(parts, 'refusal') || (finish === 'refused' ? REFUSAL_TEXT : '');
  const words = wordsIn(parts, 'text');
  const thoughts = wordsIn(parts, 'thought');
  const annotations = annotationsIn(parts);
  const custom = customNames(context.dialogue);
  const calls = parts.filter((part) => part.kind === 'call').map((call) => writeCall(call, custom));
  const message = {
    role: 'assistant',
    content: words === '' && (refusal !== '' || calls.length > 0) ? null : words,
    refusal: refusal === '' ? null : refusal,
    ...(thoughts && { reasoning_content: thoughts }),
    ...(annotations.length > 0 && { annotations }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
  return {
    id: completionId(context),
    object: 'chat.completion',
    created: context.createdAt,
    model: context.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: writeFinish(finish) }],
    ...(usage && { usage: writeUsage(usage) }),
  };
}

export function completionId({ requestId }: AnswerContext): string {
  return `chatcmpl-${requestId}`;
}

/** `moved` is how many characters of the answer stand before the part that the citation is of. */
export function writeCitation({ url, title, start, end }: Citation, moved: number): object {
  const place = {
    ...(start !== null && { start_index: start + moved }),
    ...(end !== null && { end_index: end + moved }),
  };
  return { type: 'url_citation', url_citation: { url, title: title ?? url, ...place } };
}

function wordsIn(parts: readonly AnswerPart[], kind: 'text' | 'refusal' | 'thought'): string {
  return parts.map((part) => (part.kind === kind && 'text' in part ? part.text : '')).join('');
}

function annotationsIn(parts: readonly AnswerPart[]): object[] {
  let before = 0;
  return parts.flatMap((part) => {
    if (part.kind !== 'text') return [];
    const moved = before;
    before += part.text.length;
    return part.citations.map((citation) => writeCitation(citation, moved));
  });
}

function writeCall({ id, name, arguments: args }: CallPart, custom: ReadonlySet<string>): object {
  return custom.has(name)
    ? { id, type: 'custom', custom: { name, input: unwrapInput(args) } }
    : { id, type: 'function', function: { name, arguments: args } };
}
