import { AppError } from '#shared/errors.ts';
import { customNames } from '../custom-tools.ts';
import { type AnswerPart, type Citation, type DialogueEvent, emptyPart } from '../dialogue.ts';
import type { AnswerContext, Frame, StreamWriter } from '../protocol.ts';
import { argumentsDelta, closePart } from './close-part.ts';
import { writeCitation } from './content.ts';
import { errorFrame } from './errors.ts';
import { itemId } from './ids.ts';
import {
  emptyItem,
  type Group,
  isWords,
  outputItem,
  typeOfGroup,
  writeWords,
} from './output-items.ts';
import {
  contentPlace,
  frame,
  type Item,
  isCustom,
  itemPlace,
  type Placed,
  type Writing,
} from './stream-writing.ts';
import { endingOf, responseObject, writeAnswer } from './write-answer.ts';

/**
 * Writes the whole sequence of events, each with its number.
 * Source: https://platform.openai.com/docs/api-reference/responses-streaming
 */
export function streamWriter(context: AnswerContext): StreamWriter {
  const writing: Writing = {
    context,
    items: [],
    itemContext: { requestId: context.requestId, customs: customNames(context.dialogue) },
    placed: new Map(),
    sequence: 0,
    begun: false,
    usage: null,
    finish: 'stop',
  };
  return { write: (event) => [...begin(writing), ...write(writing, event)] };
}

function write(writing: Writing, event: DialogueEvent): Frame[] {
  switch (event.type) {
    case 'start':
      return [];
    case 'open':
      return open(writing, event);
    case 'usage':
      writing.usage = event.usage;
      return [];
    case 'finish':
      writing.finish = event.reason;
      return [];
    case 'done':
      return end(writing);
    case 'error':
      return fail(writing, event.message);
    default: {
      const placed = writing.placed.get(event.part);
      return placed ? writePart(writing, placed, event) : [];
    }
  }
}

type PartEvent = Extract<DialogueEvent, { type: 'text' | 'seal' | 'citation' | 'close' }>;

function writePart(writing: Writing, placed: Placed, event: PartEvent): Frame[] {
  switch (event.type) {
    case 'text':
      return more(writing, placed, event.text);
    case 'citation':
      return cite(writing, placed, event.citation);
    case 'seal':
      if (placed.part.kind === 'thought') placed.part.seal = event.seal;
      return [];
    case 'close':
      return close(writing, placed);
  }
}

function begin(writing: Writing): Frame[] {
  if (writing.begun) return [];
  writing.begun = true;
  const response = responseObject(
    writing.context,
    { status: 'in_progress' },
    { output: [], usage: null },
  );
  return [
    frame(writing, 'response.created', { response }),
    frame(writing, 'response.in_progress', { response }),
  ];
}

function open(writing: Writing, event: Extract<DialogueEvent, { type: 'open' }>): Frame[] {
  const part = emptyPart(event);
  const last = writing.items.at(-1);
  if (isWords(part) && last && Array.isArray(last.group)) {
    last.open += 1;
    const content = last.group.push(part) - 1;
    return place(writing, event.part, { part, item: last, content });
  }
  const index = writing.items.length;
  const group: Group = isWords(part) ? [part] : part;
  const type = typeOfGroup(group, writing.itemContext.customs);
  const id = itemId(type, writing.context.requestId, { in: 'output', index });
  const item: Item = { index, id, group, open: 1, done: false };
  writing.items.push(item);
  const announced = { output_index: index, item: emptyItem(group, index, writing.itemContext) };
  return [
    ...(last ? finishItem(writing, last) : []),
    frame(writing, 'response.output_item.added', announced),
    ...place(writing, event.part, { part, item, content: 0 }),
  ];
}

function place(writing: Writing, number: number, placed: Placed): Frame[] {
  writing.placed.set(number, placed);
  if (!isWords(placed.part)) return [];
  const part = writeWords(placed.part);
  return [frame(writing, 'response.content_part.added', { ...contentPlace(placed), part })];
}

function more(writing: Writing, placed: Placed, words: string): Frame[] {
  const { part } = placed;
  if (words === '') return [];
  switch (part.kind) {
    case 'text': {
      part.text += words;
      const delta = { ...contentPlace(placed), delta: words, logprobs: [] };
      return [frame(writing, 'response.output_text.delta', delta)];
    }
    case 'refusal': {
      part.text += words;
      const delta = { ...contentPlace(placed), delta: words };
      return [frame(writing, 'response.refusal.delta', delta)];
    }
    case 'thought':
      return moreThought(writing, placed, part, words);
    case 'call':
      part.arguments += words;
      // Free text may come wrapped in JSON: it is known when it is complete.
      return isCustom(writing, placed) ? [] : [argumentsDelta(writing, placed, words)];
  }
}

type Thought = Extract<AnswerPart, { kind: 'thought' }>;

function moreThought(writing: Writing, placed: Placed, part: Thought, words: string): Frame[] {
  const summary = { ...itemPlace(placed), summary_index: 0 };
  const first = part.text === '';
  part.text += words;
  const added = { ...summary, part: { type: 'summary_text', text: '' } };
  return [
    ...(first ? [frame(writing, 'response.reasoning_summary_part.added', added)] : []),
    frame(writing, 'response.reasoning_summary_text.delta', { ...summary, delta: words }),
  ];
}

function cite(writing: Writing, placed: Placed, citation: Citation): Frame[] {
  if (placed.part.kind !== 'text') return [];
  const annotation_index = placed.part.citations.push(citation) - 1;
  const annotation = writeCitation(citation);
  const added = { ...contentPlace(placed), annotation_index, annotation };
  return [frame(writing, 'response.output_text.annotation.added', added)];
}

function close(writing: Writing, placed: Placed): Frame[] {
  const { item } = placed;
  item.open -= 1;
  const frames = closePart(writing, placed);
  const mayGrow = Array.isArray(item.group) && item === writing.items.at(-1);
  return mayGrow ? frames : [...frames, ...finishItem(writing, item)];
}

function finishItem(writing: Writing, item: Item): Frame[] {
  if (item.done || item.open > 0) return [];
  item.done = true;
  const whole = outputItem(item.group, item.index, writing.itemContext);
  return [frame(writing, 'response.output_item.done', { output_index: item.index, item: whole })];
}

function end(writing: Writing): Frame[] {
  const answer = { id: null, model: null, stopSequence: null, ...soFar(writing) };
  const { status } = endingOf(answer);
  const response = writeAnswer(answer, writing.context);
  return [
    ...writing.items.flatMap((item) => finishItem(writing, item)),
    frame(writing, `response.${status}`, { response }),
  ];
}

function soFar({ placed, finish, usage }: Writing) {
  return { parts: [...placed.values()].map(({ part }) => part), finish, usage };
}

/** Some clients look for the failed response, others for the error alone. */
function fail(writing: Writing, message: string): Frame[] {
  const response = responseObject(
    writing.context,
    { status: 'failed', error: { code: 'server_error', message } },
    { output: [], usage: writing.usage },
  );
  const failed = frame(writing, 'response.failed', { response });
  return [failed, errorFrame(new AppError('upstream_failed', message), writing.sequence++)];
}
