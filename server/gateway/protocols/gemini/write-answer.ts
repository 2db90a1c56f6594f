import type { AnswerPart, DialogueAnswer } from '../dialogue.ts';
import type { AnswerContext } from '../protocol.ts';
import { type Cited, writeGrounding } from './citations.ts';
import { writeFinish } from './finish.ts';
import { writeSignature } from './gemini-seals.ts';
import { writeUsage } from './usage.ts';
import { type WrittenPart, writeAnswerParts } from './write-contents.ts';

/** Source: https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse */
export function writeAnswer(answer: DialogueAnswer, context: AnswerContext): object {
  const parts = writeAnswerParts(answer.parts, writeSignature);
  const groundingMetadata = writeGrounding(citedIn(answer.parts, parts));
  return {
    candidates: [
      {
        ...contentOf(parts, answer.finish === 'filtered'),
        finishReason: writeFinish(answer.finish),
        index: 0,
        ...(groundingMetadata ? { groundingMetadata } : {}),
      },
    ],
    ...(answer.usage ? { usageMetadata: writeUsage(answer.usage) } : {}),
    modelVersion: context.model,
    responseId: answer.id ?? context.requestId,
  };
}

/**
 * Google's clients take a chat as broken off when an answer has no parts: but for a filtered one it
 * has at least an empty text.
 */
export function contentOf(parts: WrittenPart[], filtered: boolean): object {
  if (parts.length === 0 && filtered) return {};
  return { content: { parts: parts.length > 0 ? parts : [{ text: '' }], role: 'model' } };
}

function citedIn(parts: readonly AnswerPart[], written: readonly WrittenPart[]): Cited[] {
  return parts.flatMap((part): Cited[] => {
    if (part.kind !== 'text' || part.citations.length === 0) return [];
    const { text, citations } = part;
    return [{ text, citations, partIndex: written.findIndex((it) => it['text'] === text) }];
  });
}
