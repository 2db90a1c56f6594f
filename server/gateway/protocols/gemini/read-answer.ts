import type { GeminiFunctionCall } from '#shared/wire/gemini.ts';
import type { AnswerPart, DialogueAnswer, TextPart } from '../dialogue.ts';
import { type AnswerChunk, readChunk } from './answer-chunk.ts';
import { readCitations } from './citations.ts';
import { readFinish } from './finish.ts';
import { joinPieces, readAnswerPart } from './read-contents.ts';
import { readUsage } from './usage.ts';

/** Source: https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse */
export function readAnswer(body: Buffer): DialogueAnswer | { error: string } {
  const chunk = readChunk(body.toString());
  if ('error' in chunk) return chunk;
  if (!chunk.hasAnswer) return { error: 'The platform answered without candidates.' };
  const { responseId, modelVersion, usageMetadata, finishReason } = chunk;
  const parts = readParts(chunk);
  return {
    id: responseId ?? null,
    model: modelVersion ?? null,
    parts,
    finish: readFinish(
      finishReason ?? 'STOP',
      parts.some(({ kind }) => kind === 'call'),
    ),
    stopSequence: null,
    usage: usageMetadata ? readUsage(usageMetadata) : null,
  };
}

function readParts({ parts, grounding }: AnswerChunk): AnswerPart[] {
  const idOf = answerCallIds();
  const read = joinPieces(parts).flatMap((part) => readAnswerPart(part, idOf));
  const cited = grounding && read.find((part): part is TextPart => part.kind === 'text');
  if (!cited) return read;
  const citations = readCitations(grounding, cited.text);
  return read.map((part) => (part === cited ? { ...cited, citations } : part));
}

/** Ids of the calls of one answer; those without are numbered. */
export function answerCallIds(): (call: GeminiFunctionCall) => string {
  let count = 0;
  return ({ id }) => id || `call_${count++}`;
}
