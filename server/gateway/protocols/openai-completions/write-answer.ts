import type { TokenUsage } from '../../ports.ts';
import type { AnswerPart, DialogueAnswer, DialogueEvent, Finish } from '../dialogue.ts';
import { writeUsage } from '../openai-chat/usage.ts';
import type { AnswerContext, Frame, StreamWriter } from '../protocol.ts';

const FINISHES: Readonly<Record<Finish, string>> = {
  stop: 'stop',
  length: 'length',
  calls: 'stop',
  filtered: 'content_filter',
  refused: 'stop',
};

/**
 * An answer as a text completion: what the model said or why it would not; thoughts are left out.
 * Source: https://platform.openai.com/docs/api-reference/completions/object
 */
export function writeAnswer(answer: DialogueAnswer, context: AnswerContext): object {
  const { parts, finish, usage } = answer;
  return {
    ...headOf(context),
    choices: [choice(parts.map(wordsOf).join(''), FINISHES[finish])],
    ...(usage && { usage: writeUsage(usage) }),
  };
}

/** The same, chunk by chunk; usage comes last where it was asked for. */
export function streamWriter(context: AnswerContext): StreamWriter {
  const head = headOf(context);
  const spoken = new Set<number>();
  let usage: TokenUsage | null = null;

  function chunk(text: string, reason: string | null): Frame {
    return { data: JSON.stringify({ ...head, choices: [choice(text, reason)] }) };
  }

  function done(): Frame[] {
    const last = { data: '[DONE]' };
    if (!context.wantsUsage || !usage) return [last];
    return [{ data: JSON.stringify({ ...head, choices: [], usage: writeUsage(usage) }) }, last];
  }

  return {
    write(event: DialogueEvent): Frame[] {
      switch (event.type) {
        case 'open':
          if (event.kind === 'text' || event.kind === 'refusal') spoken.add(event.part);
          return [];
        case 'text':
          return spoken.has(event.part) ? [chunk(event.text, null)] : [];
        case 'finish':
          return [chunk('', FINISHES[event.reason])];
        case 'usage':
          usage = event.usage;
          return [];
        case 'done':
          return done();
        default:
          return [];
      }
    },
  };
}

function headOf({ requestId, createdAt, model }: AnswerContext) {
  return { id: `cmpl-${requestId}`, object: 'text_completion', created: createdAt, model };
}

function choice(text: string, reason: string | null): object {
  return { text, index: 0, logprobs: null, finish_reason: reason };
}

function wordsOf(part: AnswerPart): string {
  return part.kind === 'text' || part.kind === 'refusal' ? part.text : '';
}
