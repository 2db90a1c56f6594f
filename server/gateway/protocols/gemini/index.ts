import type { Protocol } from '../protocol.ts';
import { geminiDialect, readError } from './errors.ts';
import { readAnswer } from './read-answer.ts';
import { readRequest } from './read-request.ts';
import { streamReader } from './stream-reader.ts';
import { streamWriter } from './stream-writer.ts';
import { writeAnswer } from './write-answer.ts';
import { writeRequest } from './write-request.ts';

/**
 * Google's Gemini API.
 * Source: https://ai.google.dev/api/generate-content
 */
export const gemini: Protocol = {
  ...geminiDialect,
  id: 'gemini',
  readRequest,
  writeAnswer,
  streamWriter,
  path: (model, stream) =>
    `${modelPath(model)}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
  headers: () => ({}),
  writeRequest,
  readAnswer,
  streamReader,
  readError,
};

/** Path of a model below the platform's base URL; lists of models name them with `models/` in front. */
export function modelPath(model: string): string {
  return `/models/${encodeURIComponent(model.replace(/^models\//, ''))}`;
}
