import type { AnswerPart, Message, RefusalPart, TextPart, ToolMessage } from '../dialogue.ts';
import { writeInput } from './content.ts';
import { writeThought } from './thoughts.ts';

/** Turns as items of a request's input; the model's turn becomes as many as it has kinds of parts. */
export function writeItems(messages: readonly Message[], customs: ReadonlySet<string>): object[] {
  const customCalls = new Set<string>();
  return messages.flatMap((message): object[] => {
    switch (message.role) {
      case 'tool':
        return [writeOutput(message, customCalls)];
      case 'assistant':
        for (const part of message.parts) {
          if (part.kind === 'call' && customs.has(part.name)) customCalls.add(part.id);
        }
        return writeAnswer(message.parts, customCalls);
      default: {
        const content = message.parts.map(writeInput);
        return [{ type: 'message', role: message.role, content }];
      }
    }
  });
}

function writeAnswer(parts: readonly AnswerPart[], customCalls: ReadonlySet<string>): object[] {
  const items: object[] = [];
  let words: object[] | null = null;
  for (const part of parts) {
    if (part.kind === 'text' || part.kind === 'refusal') {
      if (!words) {
        words = [];
        items.push({ type: 'message', role: 'assistant', content: words });
      }
      words.push(writeWords(part));
      continue;
    }
    const item = part.kind === 'call' ? writeCall(part, customCalls) : writeSealed(part);
    if (!item) continue;
    items.push(item);
    words = null;
  }
  return items;
}

function writeWords(part: TextPart | RefusalPart): object {
  return part.kind === 'refusal'
    ? { type: 'refusal', refusal: part.text }
    : { type: 'output_text', text: part.text, annotations: [] };
}

function writeCall(
  { id, name, arguments: words }: Extract<AnswerPart, { kind: 'call' }>,
  customCalls: ReadonlySet<string>,
): object {
  return customCalls.has(id)
    ? { type: 'custom_tool_call', call_id: id, name, input: words }
    : { type: 'function_call', call_id: id, name, arguments: words };
}

/**
 * Reasoning without a seal of OpenAI's says nothing there. The item has no id: a seal is refused
 * under any other than the one it was made under, which is not known any more.
 */
function writeSealed(part: Extract<AnswerPart, { kind: 'thought' }>): object | null {
  if (part.seal?.maker !== 'openai') return null;
  return writeThought({ ...part, seal: { ...part.seal, account: null } });
}

function writeOutput({ callId, parts }: ToolMessage, customCalls: ReadonlySet<string>): object {
  const type = customCalls.has(callId) ? 'custom_tool_call_output' : 'function_call_output';
  const [first, ...more] = parts;
  if (!first) return { type, call_id: callId, output: '' };
  const plain = more.length === 0 && first.kind === 'text';
  return { type, call_id: callId, output: plain ? first.text : parts.map(writeInput) };
}
