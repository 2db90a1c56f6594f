import type { TokenUsage } from '../../ports.ts';
import type { AnswerPart, Finish } from '../dialogue.ts';
import type { AnswerContext, Frame } from '../protocol.ts';
import { type Group, type ItemContext, typeOfGroup } from './output-items.ts';

/** An item that was announced. A message stays open until another item follows or the answer ends. */
export type Item = { index: number; id: string; group: Group; open: number; done: boolean };
/** A part and its place: in which item, and as which of its contents. */
export type Placed = { part: AnswerPart; item: Item; content: number };

export type Writing = {
  context: AnswerContext;
  items: Item[];
  itemContext: ItemContext;
  placed: Map<number, Placed>;
  sequence: number;
  begun: boolean;
  usage: TokenUsage | null;
  finish: Finish;
};

/** Whether a part is the call of a tool that takes free text. */
export function isCustom({ itemContext }: Writing, { item }: Placed): boolean {
  return typeOfGroup(item.group, itemContext.customs) === 'custom_tool_call';
}

/** Where a part’s item stands. */
export function itemPlace({ item }: Placed) {
  return { item_id: item.id, output_index: item.index };
}

/** Where a part stands in its item. */
export function contentPlace(placed: Placed) {
  return { ...itemPlace(placed), content_index: placed.content };
}

/** An event with its number. */
export function frame(writing: Writing, type: string, members: object): Frame {
  const sequence_number = writing.sequence++;
  return { event: type, data: JSON.stringify({ type, sequence_number, ...members }) };
}
