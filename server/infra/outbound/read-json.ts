import { AppError } from '#shared/errors.ts';
import { readWhole } from './incoming-body.ts';
import type { OutboundAnswer } from './index.ts';

/**
 * Reads an answer as text of at most `maxBytes` bytes; past that it stops reading and throws
 * AppError `upstream_failed`.
 */
export async function readText(answer: OutboundAnswer, maxBytes: number): Promise<string> {
  const bytes = await readWhole(answer.body, maxBytes, () => tooLong(answer.origin, maxBytes));
  return bytes.toString('utf8');
}

/** Parses an answer's text; AppError `upstream_failed` when it is not JSON. */
export function parseJson(text: string, answer: OutboundAnswer): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError(
      'upstream_failed',
      `${answer.origin} answered ${answer.status} with something that is not JSON; check the URL.`,
    );
  }
}

function tooLong(origin: string, maxBytes: number): AppError {
  return new AppError('upstream_failed', `${origin} answered with more than ${maxBytes} bytes.`);
}
