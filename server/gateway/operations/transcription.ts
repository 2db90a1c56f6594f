import { AppError } from '#shared/errors.ts';
import { ModelName } from '#shared/wire/openai-operations.ts';
import { tryParseObject } from '../protocols/body.ts';
import { errorMessage, readError } from '../protocols/openai-chat/errors.ts';
import type { Door, Passage, StreamPassage, WholeAnswer } from '../request.ts';
import { NO_TOKENS } from '../tokens.ts';
import { forwardDoor } from './forwarded.ts';
import { readSeconds, readTokens } from './metering.ts';
import { type Form, field, formType, parseForm, rewriteForm } from './multipart.ts';
import { type EventFacts, eventsPassage, type Metered, passJson } from './passages.ts';

/**
 * Sound written down, in its own language or in English: counted by seconds or tokens, as the
 * platform reports.
 * Sources: https://platform.openai.com/docs/api-reference/audio/createTranscription and
 * …/audio/createTranslation
 */
export const transcriptionDoor: Door = soundDoor('openai-transcription', 'transcription');
export const translationDoor: Door = soundDoor('openai-translation', 'translation');

function soundDoor(name: string, operation: 'transcription' | 'translation'): Door {
  return forwardDoor(name, operation, ({ body, headers }) => {
    const form = parseForm(body, headers['content-type']);
    const format = field(form, 'response_format') ?? 'json';
    return {
      model: modelOf(form),
      stream: isYes(field(form, 'stream')),
      maxOutputTokens: null,
      promptText: () => '',
      write: (model, lacks) => ({
        body: rewriteForm(form, {
          replace: 'model',
          value: model,
          without: new Set(lacks.filter((name) => name !== 'model')),
        }),
        contentType: formType(form),
        dropped: lacks.filter((name) => name !== 'model' && has(form, name)),
      }),
      accept: '*/*',
      passage: passageFor(format),
    };
  });
}

function has({ parts }: Form, name: string): boolean {
  return parts.some((part) => part.name === name);
}

function modelOf(form: Form): string {
  const refuse = (param: string, why: string) =>
    new AppError('bad_request', `${param}: ${why}`, { param });
  // NOTE: some platforms take the address of a file in place of it.
  if (!has(form, 'file') && !has(form, 'url'))
    throw refuse('file', 'send the sound to write down.');
  const model = ModelName.safeParse(field(form, 'model'));
  if (!model.success) throw refuse('model', 'send the name of a model.');
  return model.data;
}

/** As the forms of platforms are read: Python's words for true among them. */
function isYes(text: string | null): boolean {
  return text !== null && ['true', '1', 'yes', 'on', 't', 'y'].includes(text.trim().toLowerCase());
}

/** Formats that are JSON; the others are text: `text`, `srt`, `vtt`. */
const JSON_FORMATS = new Set(['json', 'verbose_json', 'diarized_json']);

function passageFor(format: string): Passage {
  return {
    readError,
    whole: (body, type) =>
      JSON_FORMATS.has(format) ? passJson(body, meter) : passText(body, type),
    stream: streamed,
    // NOTE: whisper-1 is documented to ignore `stream`.
    mayAnswerWhole: true,
  };
}

function meter(json: Record<string, unknown>): Metered | null {
  if (typeof json['text'] !== 'string') return null;
  return { usage: readTokens(json['usage']) ?? NO_TOKENS, units: readSeconds(json) };
}

/** Text says nothing of how long the sound was. */
function passText(body: Buffer, type: string): WholeAnswer | { error: string } {
  const json = tryParseObject(body.toString());
  const error = json && errorMessage(json);
  if (error) return { error };
  const isText = /^(text\/(plain|vtt|srt)|application\/(json|x-subrip))\b/i.test(type);
  const contentType = isText ? type : 'text/plain; charset=utf-8';
  const metered = (json && meter(json)) ?? { usage: NO_TOKENS, units: null };
  return { ...metered, body, contentType, text: '' };
}

/** Source: https://platform.openai.com/docs/api-reference/audio/transcript-text-delta-event */
function streamed(): StreamPassage {
  return eventsPassage((type, event): EventFacts => {
    if (type === 'transcript.text.done') {
      const units = readSeconds(event);
      const usage = readTokens(event['usage']) ?? (units ? NO_TOKENS : null);
      return { finishes: true, usage, units };
    }
    const delta = type === 'transcript.text.delta' ? event['delta'] : null;
    return typeof delta === 'string' ? { text: delta } : {};
  });
}
