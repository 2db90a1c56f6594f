import { unwrapInput } from '../custom-tools.ts';
import type { Frame } from '../protocol.ts';
import { argumentsOf, writeWords } from './output-items.ts';
import {
  contentPlace,
  frame,
  isCustom,
  itemPlace,
  type Placed,
  type Writing,
} from './stream-writing.ts';

/** What is said of a part when it is complete. */
export function closePart(writing: Writing, placed: Placed): Frame[] {
  const { part } = placed;
  switch (part.kind) {
    case 'text':
    case 'refusal': {
      const at = contentPlace(placed);
      const done =
        part.kind === 'text'
          ? frame(writing, 'response.output_text.done', { ...at, text: part.text, logprobs: [] })
          : frame(writing, 'response.refusal.done', { ...at, refusal: part.text });
      return [
        done,
        frame(writing, 'response.content_part.done', { ...at, part: writeWords(part) }),
      ];
    }
    case 'thought': {
      if (part.text === '') return [];
      const { text } = part;
      const at = { ...itemPlace(placed), summary_index: 0 };
      return [
        frame(writing, 'response.reasoning_summary_text.done', { ...at, text }),
        frame(writing, 'response.reasoning_summary_part.done', {
          ...at,
          part: { type: 'summary_text', text },
        }),
      ];
    }
    case 'call':
      return closeCall(writing, placed, part.arguments);
  }
}

function closeCall(writing: Writing, placed: Placed, words: string): Frame[] {
  const at = itemPlace(placed);
  if (isCustom(writing, placed)) {
    const input = unwrapInput(words);
    return [
      frame(writing, 'response.custom_tool_call_input.delta', { ...at, delta: input }),
      frame(writing, 'response.custom_tool_call_input.done', { ...at, input }),
    ];
  }
  const whole = argumentsOf(words);
  return [
    ...(words === '' ? [argumentsDelta(writing, placed, whole)] : []),
    frame(writing, 'response.function_call_arguments.done', { ...at, arguments: whole }),
  ];
}

/** More of a call's arguments. */
export function argumentsDelta(writing: Writing, placed: Placed, delta: string): Frame {
  return frame(writing, 'response.function_call_arguments.delta', { ...itemPlace(placed), delta });
}
