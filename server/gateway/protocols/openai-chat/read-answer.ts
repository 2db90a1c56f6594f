import { isObject, tryParseObject } from '../body.ts';
import { type AnswerPart, type DialogueAnswer, text } from '../dialogue.ts';
import { errorMessage } from './errors.ts';
import { failureText, isFailure, readFinish } from './finish.ts';
import { allWords, callId, type Piece, readPiece } from './pieces.ts';
import { readUsage } from './usage.ts';

/**
 * A whole completion. Choices behind the first become parts too, so that everything written counts.
 * Source: https://platform.openai.com/docs/api-reference/chat/object
 */
export function readAnswer(body: Buffer): DialogueAnswer | { error: string } {
  const json = tryParseObject(body.toString());
  if (json === null) return { error: 'The platform answered with something that is not JSON.' };
  const error = errorMessage(json);
  if (error !== null) return { error };
  const [choice, ...others] = choicesIn(json);
  if (!choice) return { error: 'The platform answered without choices.' };
  const reason = choice['finish_reason'];
  if (isFailure(reason)) return { error: failureText(reason) };
  const id = typeof json['id'] === 'string' ? json['id'] : null;
  const piece = readPiece(choice['message']);
  const seen = { call: piece.calls.length > 0, refusal: piece.refusal !== '' };
  return {
    id,
    model: typeof json['model'] === 'string' ? json['model'] : null,
    parts: [...partsOf(piece, id), ...others.flatMap(wordsOf)],
    finish: readFinish(reason, seen),
    stopSequence: null,
    usage: readUsage(json['usage']),
  };
}

function choicesIn({ choices }: Record<string, unknown>): Record<string, unknown>[] {
  return Array.isArray(choices) ? choices.filter(isObject) : [];
}

function partsOf(piece: Piece, answerId: string | null): AnswerPart[] {
  const parts: AnswerPart[] = [];
  if (piece.thought) {
    parts.push({ kind: 'thought', text: piece.thought, seal: null, redacted: false });
  }
  if (piece.text) parts.push({ ...text(piece.text), citations: piece.citations });
  if (piece.refusal) parts.push({ kind: 'refusal', text: piece.refusal });
  piece.calls.forEach((call, number) => {
    const id = call.id ?? callId(number, answerId);
    const name = call.name ?? '';
    parts.push({ kind: 'call', id, name, arguments: call.arguments, cache: null });
  });
  return parts;
}

function wordsOf(choice: Record<string, unknown>): AnswerPart[] {
  const said = allWords(readPiece(choice['message']));
  return said === '' ? [] : [text(said)];
}
