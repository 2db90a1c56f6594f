import { AppError } from '#shared/errors.ts';
import { ModelName } from '#shared/wire/openai-operations.ts';
import type { Units } from '../ports.ts';
import { tryParseObject } from '../protocols/body.ts';
import { errorMessage, readError } from '../protocols/openai-chat/errors.ts';
import type { Door, Passage, StreamPassage, WholeAnswer } from '../request.ts';
import { NO_TOKENS } from '../tokens.ts';
import { forwardDoor } from './forwarded.ts';
import { readSeconds, readTokens } from './metering.ts';
import { type Form, field, formType, parseForm, rewriteForm } from './multipart.ts';
import { type EventFacts, eventsPassage, type Metered, passJson } from './passages.ts';
import { type SoundLength, soundLength, subtitleSeconds } from './sound-length.ts';

/**
 * Sound written down, in its own language or in English: counted by seconds or tokens, as the
 * platform reports. Where it reports neither, as with text and subtitles, the seconds of the sound
 * that was sent count, and the words that came back.
 * Sources: https://platform.openai.com/docs/api-reference/audio/createTranscription and
 * …/audio/createTranslation
 */
export const transcriptionDoor: Door = soundDoor('openai-transcription', 'transcription');
export const translationDoor: Door = soundDoor('openai-translation', 'translation');

function soundDoor(name: string, operation: 'transcription' | 'translation'): Door {
  return forwardDoor(name, operation, ({ body, headers }) => {
    const form = parseForm(body, headers['content-type']);
    const format = field(form, 'response_format') ?? 'json';
    const length = soundLength(form);
    return {
      model: modelOf(form),
      stream: isYes(field(form, 'stream')),
      maxOutputTokens: null,
      mostUnits: secondsOf(length.seconds),
      promptTexts: () => [],
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
      passage: passageFor(format, length),
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

/** Numbers and times of subtitles: no words of the model's. */
const CUE_LINES = /^(?:\d+|WEBVTT|.{0,20}-->.{0,100})\r?\n/gm;

function passageFor(format: string, length: SoundLength): Passage {
  return {
    readError,
    whole: (body, type) => {
      const answer = JSON_FORMATS.has(format) ? passJson(body, meter) : passText(body, type);
      return 'error' in answer ? answer : counted(answer, length);
    },
    stream: () => streamed(length),
    // NOTE: whisper-1 is documented to ignore `stream`.
    mayAnswerWhole: true,
  };
}

function meter(json: Record<string, unknown>): Metered | null {
  if (typeof json['text'] !== 'string') return null;
  const units = readSeconds(json);
  return { usage: readTokens(json['usage']) ?? (units && NO_TOKENS), units };
}

/** Text says nothing of what it took. */
function passText(body: Buffer, type: string): WholeAnswer | { error: string } {
  const json = tryParseObject(body.toString());
  const error = json && errorMessage(json);
  if (error) return { error };
  const isText = /^(text\/(plain|vtt|srt)|application\/(json|x-subrip))\b/i.test(type);
  const contentType = isText ? type : 'text/plain; charset=utf-8';
  const metered = (json && meter(json)) ?? { usage: null, units: null };
  return { ...metered, body, contentType, text: '' };
}

/** The answer, counted by the sound that was sent where its platform tells nothing. */
function counted(answer: WholeAnswer, { measured, seconds }: SoundLength): WholeAnswer {
  if (answer.usage) return answer;
  const body = answer.body.toString();
  const json = tryParseObject(body)?.['text'];
  const text = typeof json === 'string' ? json : body.replace(CUE_LINES, '');
  const told = measured ? null : subtitleSeconds(body);
  return { ...answer, text, units: secondsOf(told ?? seconds) };
}

function secondsOf(amount: number): Units {
  return { unit: 'second', amount };
}

/** Source: https://platform.openai.com/docs/api-reference/audio/transcript-text-delta-event */
function streamed(length: SoundLength): StreamPassage {
  return eventsPassage((type, event): EventFacts => {
    if (type === 'transcript.text.done') {
      const units = readSeconds(event);
      const usage = readTokens(event['usage']) ?? (units ? NO_TOKENS : null);
      return { finishes: true, usage, units: usage ? units : secondsOf(length.seconds) };
    }
    const delta = type === 'transcript.text.delta' ? event['delta'] : null;
    return typeof delta === 'string' ? { text: delta } : {};
  });
}
