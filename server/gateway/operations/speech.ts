import { SpeechRequest } from '#shared/wire/openai-operations.ts';
import type { Units } from '../ports.ts';
import { check, parseBody } from '../protocols/body.ts';
import { readError } from '../protocols/openai-chat/errors.ts';
import type { Door } from '../request.ts';
import { forwardDoor, jsonWriter } from './forwarded.ts';
import { neverStreamed } from './passages.ts';

/**
 * Speech: counted by the characters to be said. The answer is sound, or events of it for
 * `stream_format: sse`, and passes unread either way.
 * Source: https://platform.openai.com/docs/api-reference/audio/createSpeech
 */
export const speechDoor: Door = forwardDoor('openai-speech', 'speech', (call) => {
  const body = parseBody(call.body);
  const { model, input } = check(SpeechRequest, body.json);
  const characters: Units = { unit: 'character', amount: charactersIn(input) };
  return {
    model,
    stream: false,
    maxOutputTokens: 0,
    mostUnits: characters,
    promptTexts: () => [],
    write: jsonWriter(body),
    accept: '*/*',
    passage: {
      raw: true,
      rawUnits: characters,
      readError,
      whole: (said) => ({
        error: readError(said) ?? 'The platform sent JSON in place of sound.',
      }),
      stream: neverStreamed,
    },
  };
});

/** Characters as a person counts them: one outside the first 65,536 takes two in a string. */
function charactersIn(text: string): number {
  let count = 0;
  for (const _character of text) count += 1;
  return count;
}
