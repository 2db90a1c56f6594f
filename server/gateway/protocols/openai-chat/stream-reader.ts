import { isObject, tryParseObject } from '../body.ts';
import type { DialogueEvent } from '../dialogue.ts';
import type { StreamReader } from '../protocol.ts';
import { createWordTemplate } from '../word-template.ts';
import { errorMessage } from './errors.ts';
import { failureText, isFailure, readFinish } from './finish.ts';
import { allWords, readPiece } from './pieces.ts';
import { createStreamParts } from './stream-parts.ts';
import { readUsage } from './usage.ts';

type Json = Record<string, unknown>;

/** What a chunk says first, if that is of the first choice. */
function wordsOf({ choices }: Json): string | null {
  const first = Array.isArray(choices) && isObject(choices[0]) ? choices[0] : {};
  return (first['index'] ?? 0) === 0 ? readPiece(first['delta']).text : null;
}

/**
 * Reads chunks of a completion. A chunk with nothing but usage yields nothing but usage.
 * Source: https://platform.openai.com/docs/api-reference/chat/streaming
 */
export function streamReader(): StreamReader {
  const parts = createStreamParts();
  const template = createWordTemplate('content', wordsOf);
  let stage: 'unstarted' | 'running' | 'finished' | 'over' = 'unstarted';
  let id: string | null = null;

  function read(data: string): DialogueEvent[] {
    if (stage === 'over') return [];
    const words = stage === 'running' ? template.wordsIn(data) : null;
    if (words !== null) return parts.say('text', words);
    const events = data.trim() === '[DONE]' ? done() : readChunk(data);
    const [only] = events;
    if (only?.type === 'text' && events.length === 1) template.learn(data, only.text);
    return events;
  }

  function readChunk(data: string): DialogueEvent[] {
    const json = tryParseObject(data);
    if (json === null) return fail('The platform sent a broken part of a stream.');
    const error = errorMessage(json);
    if (error !== null) return fail(error);
    const usage = readUsage(json['usage']);
    const events = readChoices(json);
    if (usage && !events.some(({ type }) => type === 'error')) {
      events.push({ type: 'usage', usage });
    }
    return events;
  }

  function readChoices(json: Json): DialogueEvent[] {
    const choices = Array.isArray(json['choices']) ? json['choices'].filter(isObject) : [];
    if (choices.length === 0) return [];
    const events = [...start(json), ...choices.flatMap(readChoice)];
    const error = events.findIndex(({ type }) => type === 'error');
    if (error < 0) return events;
    stage = 'over';
    return events.slice(0, error + 1);
  }

  function start(json: Json): DialogueEvent[] {
    if (stage !== 'unstarted') return [];
    stage = 'running';
    id = typeof json['id'] === 'string' ? json['id'] : null;
    return [{ type: 'start', id, model: typeof json['model'] === 'string' ? json['model'] : null }];
  }

  function readChoice({ index, delta, finish_reason: reason }: Json): DialogueEvent[] {
    const piece = readPiece(delta);
    if (typeof index === 'number' && index !== 0) return parts.sayElsewhere(index, allWords(piece));
    if (stage !== 'running') return [];
    const events = [
      ...parts.say('thought', piece.thought),
      ...parts.say('text', piece.text),
      ...piece.citations.flatMap(parts.cite),
      ...parts.say('refusal', piece.refusal),
      ...piece.calls.flatMap((call) => parts.call(call, id)),
    ];
    if (typeof reason !== 'string' || reason === '') return events;
    if (isFailure(reason)) return [...events, { type: 'error', message: failureText(reason) }];
    return [...events, ...finish(reason)];
  }

  function finish(reason: string): DialogueEvent[] {
    stage = 'finished';
    const finished = readFinish(reason, parts.seen());
    return [...parts.close(), { type: 'finish', reason: finished, stopSequence: null }];
  }

  function done(): DialogueEvent[] {
    const events = start({});
    if (stage !== 'finished') events.push(...finish('stop'));
    stage = 'over';
    return [...events, { type: 'done' }];
  }

  function fail(message: string): DialogueEvent[] {
    stage = 'over';
    return [{ type: 'error', message }];
  }

  return { read, end: () => [] };
}
