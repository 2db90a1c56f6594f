import { expect } from 'vitest';
import { at, list, str } from '../matrix/respond.ts';

/** The three ways in which doors speak of errors. */
type DialectName = 'openai' | 'anthropic' | 'gemini';

export function dialectOf(path: string): DialectName {
  if (path.includes(':')) return 'gemini';
  return path.startsWith('/v1/messages') ? 'anthropic' : 'openai';
}

const text = expect.stringMatching(/./);
const textOrNull = expect.toSatisfy((it) => it === null || (typeof it === 'string' && it !== ''));

/** What an error body of the dialect has to look like, whole. */
export function errorShape(dialect: DialectName, status: number): object {
  switch (dialect) {
    case 'openai':
      return { error: { message: text, type: text, param: textOrNull, code: textOrNull } };
    case 'anthropic':
      return { type: 'error', error: { type: text, message: text }, request_id: text };
    case 'gemini':
      return {
        error: {
          code: status,
          message: text,
          status: expect.stringMatching(/^[A-Z_]+$/),
          details: expect.any(Array),
        },
      };
  }
}

/** How a streamed answer ended, as a client of the dialect sees it. */
type Ending = 'whole' | 'error' | 'cut';

/** Reads a body of SSE to its end. */
export function endingOf(path: string, body: string): Ending {
  const frames = body
    .split(/\r\n\r\n|\n\n|\r\r/)
    .map((frame) => frame.split(/\r\n|\n|\r/))
    .map((lines) => lines.flatMap((line) => (line.startsWith('data: ') ? [line.slice(6)] : [])))
    .filter((data) => data.length > 0)
    .map((data) => data.join('\n'));
  if (frames.some((data) => isError(parse(data)))) return 'error';
  return frames.some((data) => isEnd(path, data)) ? 'whole' : 'cut';
}

function isError(json: unknown): boolean {
  if (str(json, 'type') === 'error' || str(json, 'type') === 'response.failed') return true;
  return at(json, 'error', 'message') !== undefined && at(json, 'choices') === undefined;
}

function isEnd(path: string, data: string): boolean {
  if (data === '[DONE]') return true;
  const json = parse(data);
  if (path.includes(':')) {
    const isBlocked = str(json, 'promptFeedback', 'blockReason') !== '';
    return isBlocked || list(json, 'candidates').some((it) => at(it, 'finishReason'));
  }
  return ['message_stop', 'response.completed', 'response.incomplete'].includes(str(json, 'type'));
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}
