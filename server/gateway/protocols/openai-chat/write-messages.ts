import { wrapInput } from '../custom-tools.ts';
import { writeDataUrl } from '../data-url.ts';
import type {
  AnswerPart,
  AudioPart,
  CallPart,
  FilePart,
  ImagePart,
  Message,
  Source,
  TextPart,
  ToolMessage,
  UserPart,
} from '../dialogue.ts';

type Wire = Record<string, unknown>;

type Manner = {
  /** Names of tools that take free text: their calls are written as those of functions. */
  custom: ReadonlySet<string>;
  /** Whether earlier reasoning is taken back. */
  keepsThoughts: boolean;
};

/** Turns as messages. Images and documents in results follow them in a message of the user's. */
export function writeMessages(messages: readonly Message[], manner: Manner): Wire[] {
  const written: Wire[] = [];
  let attached: Wire[] = [];
  for (const message of messages) {
    if (message.role !== 'tool' && attached.length > 0) {
      written.push({ role: 'user', content: attached });
      attached = [];
    }
    written.push(...writeMessage(message, manner));
    if (message.role === 'tool') attached.push(...attachmentsOf(message));
  }
  if (attached.length > 0) written.push({ role: 'user', content: attached });
  return written;
}

function writeMessage(message: Message, manner: Manner): Wire[] {
  switch (message.role) {
    case 'system':
    case 'developer':
      return [{ role: message.role, content: message.parts.map((it) => it.text).join('\n\n') }];
    case 'user':
      return [{ role: 'user', content: userContent(message.parts) }];
    case 'assistant':
      return assistantMessage(message.parts, manner);
    case 'tool':
      return [{ role: 'tool', tool_call_id: message.callId, content: resultText(message) }];
  }
}

/** Only text is written as text: not every platform reads a list of one. */
function userContent(parts: readonly UserPart[]): unknown {
  const [only] = parts;
  return parts.length === 1 && only?.kind === 'text' ? only.text : parts.map(writePart);
}

function writePart(part: UserPart): Wire {
  switch (part.kind) {
    case 'text':
      return { type: 'text', text: part.text };
    case 'image':
      return imagePart(part);
    case 'audio':
      return audioPart(part);
    case 'file':
      return filePart(part);
  }
}

function imagePart({ source, detail }: ImagePart): Wire {
  return { type: 'image_url', image_url: { url: urlOf(source), ...(detail && { detail }) } };
}

function audioPart({ data, format }: AudioPart): Wire {
  return { type: 'input_audio', input_audio: { data, format } };
}

/** Plain text is said as text: as documents, this protocol's platforms read PDFs at most. */
function filePart({ source, name }: FilePart): Wire {
  if (source.at === 'file') return { type: 'file', file: { file_id: source.id } };
  if (source.at === 'data' && source.mediaType.startsWith('text/')) {
    const words = Buffer.from(source.data, 'base64').toString();
    return { type: 'text', text: name === null ? words : `${name}:\n\n${words}` };
  }
  const filename = name ?? 'document.pdf';
  return { type: 'file', file: { filename, file_data: urlOf(source) } };
}

function urlOf(source: Source): string {
  switch (source.at) {
    case 'url':
      return source.url;
    case 'data':
      return writeDataUrl(source);
    case 'file':
      return source.id;
  }
}

/** An answer of which nothing is left to say (only thoughts that are not taken back) is left out. */
function assistantMessage(parts: readonly AnswerPart[], manner: Manner): Wire[] {
  const words = textIn(parts, 'text');
  const refusal = textIn(parts, 'refusal');
  const calls = parts.filter((part) => part.kind === 'call');
  const thoughts = manner.keepsThoughts ? textIn(parts, 'thought') : '';
  if (!(words || refusal || calls.length > 0 || thoughts)) return [];
  return [
    {
      role: 'assistant',
      content: words === '' && (refusal || calls.length > 0) ? null : words,
      ...(thoughts && { reasoning_content: thoughts }),
      ...(refusal && { refusal }),
      ...(calls.length > 0 && { tool_calls: calls.map((call) => writeCall(call, manner)) }),
    },
  ];
}

function textIn(parts: readonly AnswerPart[], kind: 'text' | 'refusal' | 'thought'): string {
  return parts.map((part) => (part.kind === kind && 'text' in part ? part.text : '')).join('');
}

function writeCall(call: CallPart, { custom }: Manner): Wire {
  const args = custom.has(call.name) ? wrapInput(call.arguments) : call.arguments;
  return { id: call.id, type: 'function', function: { name: call.name, arguments: args || '{}' } };
}

function resultText({ parts }: ToolMessage): string {
  const texts = parts.filter((part): part is TextPart => part.kind === 'text');
  if (texts.length === 0 && parts.length > 0) return 'The result follows in the next message.';
  return texts.map((part) => part.text).join('\n');
}

function attachmentsOf({ callId, parts }: ToolMessage): Wire[] {
  const attached = parts.filter((part) => part.kind !== 'text');
  if (attached.length === 0) return [];
  return [{ type: 'text', text: `From the result of ${callId}:` }, ...attached.map(writePart)];
}
