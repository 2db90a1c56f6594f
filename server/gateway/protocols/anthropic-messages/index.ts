import type { IncomingHttpHeaders } from 'node:http';
import type { Protocol } from '../protocol.ts';
import { anthropicDialect, readError } from './errors.ts';
import { readAnswer } from './read-answer.ts';
import { readRequest } from './read-request.ts';
import { streamReader } from './stream-reader.ts';
import { streamWriter } from './stream-writer.ts';
import { writeAnswer } from './write-answer.ts';
import { writeRequest } from './write-request.ts';

const VERSION = '2023-06-01';

/**
 * Anthropic's Messages.
 * Source: https://platform.claude.com/docs/en/api/messages
 */
export const anthropicMessages: Protocol = {
  ...anthropicDialect,
  id: 'anthropic-messages',
  readRequest,
  writeAnswer,
  streamWriter,
  path: () => '/messages',
  headers,
  writeRequest,
  readAnswer,
  streamReader,
  readError,
};

/** The version has to be named. Source: https://platform.claude.com/docs/en/api/versioning */
function headers(client: IncomingHttpHeaders | null): Record<string, string> {
  const beta = textOf(client?.['anthropic-beta']);
  return {
    'anthropic-version': textOf(client?.['anthropic-version']) ?? VERSION,
    ...(beta === null ? {} : { 'anthropic-beta': beta }),
  };
}

function textOf(header: string | string[] | undefined): string | null {
  return [header ?? []].flat().join(',') || null;
}
