import { unwrapInput } from '../custom-tools.ts';
import type { AnswerPart, RefusalPart, TextPart } from '../dialogue.ts';
import { writeCitation } from './content.ts';
import { itemId } from './ids.ts';
import { writeThought } from './thoughts.ts';

/*
 * Items of an answer, as `output` has them.
 * Source: https://platform.openai.com/docs/api-reference/responses/object#responses/object-output
 */

type Words = TextPart | RefusalPart;
/** What becomes one item: words that follow one another, or any other part. */
export type Group = Words[] | Exclude<AnswerPart, Words>;

type ItemType = 'message' | 'reasoning' | 'function_call' | 'custom_tool_call';

/** Where and how an item is written. */
export type ItemContext = { requestId: string; customs: ReadonlySet<string> };

/** An answer's parts as they are put into items. */
export function groupsOf(parts: readonly AnswerPart[]): Group[] {
  const groups: Group[] = [];
  for (const part of parts) {
    const last = groups.at(-1);
    if (!isWords(part)) groups.push(part);
    else if (Array.isArray(last)) last.push(part);
    else groups.push([part]);
  }
  return groups;
}

/** Whether a part is put into a message. */
export function isWords(part: AnswerPart): part is Words {
  return part.kind === 'text' || part.kind === 'refusal';
}

/** Calls of free-text tools are items of their own kind. */
export function typeOfGroup(group: Group, customs: ReadonlySet<string>): ItemType {
  if (Array.isArray(group)) return 'message';
  if (group.kind === 'thought') return 'reasoning';
  return customs.has(group.name) ? 'custom_tool_call' : 'function_call';
}

/** The n-th item, complete. */
export function outputItem(group: Group, index: number, context: ItemContext): object {
  const type = typeOfGroup(group, context.customs);
  const id = itemId(type, context.requestId, { in: 'output', index });
  if (Array.isArray(group)) {
    const content = group.map(writeWords);
    return { id, type, status: 'completed', role: 'assistant', content };
  }
  if (group.kind === 'thought') return { id, ...writeThought(group) };
  const call = { id, type, status: 'completed', call_id: group.id, name: group.name };
  return type === 'custom_tool_call'
    ? { ...call, input: unwrapInput(group.arguments) }
    : { ...call, arguments: argumentsOf(group.arguments) };
}

/** The item as it is announced, before anything of it is known. */
export function emptyItem(group: Group, index: number, context: ItemContext): object {
  const begun = { status: 'in_progress' };
  if (Array.isArray(group)) return { ...outputItem([], index, context), ...begun };
  if (group.kind === 'thought') {
    return outputItem({ ...group, text: '', seal: null }, index, context);
  }
  const words =
    typeOfGroup(group, context.customs) === 'function_call' ? { arguments: '' } : { input: '' };
  return { ...outputItem(group, index, context), ...begun, ...words };
}

/** A message's content. */
export function writeWords(words: Words): object {
  if (words.kind === 'refusal') return { type: 'refusal', refusal: words.text };
  const annotations = words.citations.map(writeCitation);
  return { type: 'output_text', text: words.text, annotations, logprobs: [] };
}

/** Clients parse the arguments, and no arguments at all are not JSON. */
export function argumentsOf(words: string): string {
  return words === '' ? '{}' : words;
}
