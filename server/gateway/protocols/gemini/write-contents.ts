import { tryParseObject } from '../body.ts';
import { customNames, wrapInput } from '../custom-tools.ts';
import type {
  AnswerPart,
  CallPart,
  Dialogue,
  Message,
  Seal,
  ToolMessage,
  UserPart,
} from '../dialogue.ts';
import type { Recipient } from '../protocol.ts';
import { isThirdGeneration, SKIP_SIGNATURE } from './gemini-seals.ts';
import { writeMedia } from './media.ts';
import { writeResult } from './tool-results.ts';

export type WrittenPart = Record<string, unknown>;
export type WrittenContent = { role: 'user' | 'model'; parts: WrittenPart[] };

/** The turns but for those of the system. Neighbours of one role are one content. */
export function writeContents(dialogue: Dialogue, to: Recipient): WrittenContent[] {
  const names = callNames(dialogue.messages);
  const free = customNames(dialogue);
  const contents: WrittenContent[] = [];
  for (const message of dialogue.messages) {
    const content = writeMessage(message, { names, free, to });
    if (!content || content.parts.length === 0) continue;
    const last = contents.at(-1);
    if (last?.role === content.role) last.parts.push(...content.parts);
    else contents.push(content);
  }
  return isThirdGeneration(to.model) ? contents.map(withSignedCall) : contents;
}

/** The names of the calls, by their ids. */
function callNames(messages: readonly Message[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const message of messages) {
    if (message.role !== 'assistant') continue;
    for (const part of message.parts) if (part.kind === 'call') names.set(part.id, part.name);
  }
  return names;
}

type Surroundings = {
  names: ReadonlyMap<string, string>;
  /** Tools of free text. */
  free: ReadonlySet<string>;
  to: Recipient;
};

function writeMessage(message: Message, around: Surroundings): WrittenContent | null {
  switch (message.role) {
    case 'system':
    case 'developer':
      return null;
    case 'user':
      return { role: 'user', parts: message.parts.flatMap(writeUserPart) };
    case 'tool':
      return { role: 'user', parts: writeToolMessage(message, around) };
    case 'assistant': {
      const parts = message.parts.filter(isOurs).map((part) => wrapped(part, around.free));
      return { role: 'model', parts: writeAnswerParts(parts, ({ value }) => value) };
    }
  }
}

function writeToolMessage(message: ToolMessage, { names, to }: Surroundings): WrittenPart[] {
  // NOTE: Google refuses a result without a name.
  const name = message.name ?? names.get(message.callId) ?? message.callId;
  return writeResult(message, name, isThirdGeneration(to.model));
}

/** Of earlier reasoning the platform gets back what it sealed itself. */
function isOurs(part: AnswerPart): boolean {
  return part.kind !== 'thought' || part.seal?.maker === 'gemini';
}

function wrapped(part: AnswerPart, free: ReadonlySet<string>): AnswerPart {
  if (part.kind !== 'call' || !free.has(part.name)) return part;
  return { ...part, arguments: wrapInput(part.arguments) };
}

function writeUserPart(part: UserPart): WrittenPart[] {
  if (part.kind !== 'text') return [writeMedia(part)];
  return part.text === '' ? [] : [{ text: part.text }];
}

/** What stands in `thoughtSignature` for a seal; null where it cannot stand there. */
export type SignatureOf = (seal: Seal, redacted: boolean) => string | null;

/**
 * The parts of an answer. A seal without words vouches for the text or call behind it; where nothing
 * follows that it could vouch for it is a part of its own, as Google sends it.
 */
export function writeAnswerParts(
  parts: readonly AnswerPart[],
  signatureOf: SignatureOf,
): WrittenPart[] {
  const written: WrittenPart[] = [];
  let waiting: string | null = null;
  const settle = () => {
    if (waiting !== null) written.push({ text: '', thoughtSignature: waiting });
    waiting = null;
  };
  for (const part of parts) {
    if (part.kind === 'thought') {
      settle();
      const signature = part.seal ? signatureOf(part.seal, part.redacted) : null;
      if (part.text === '' && !part.redacted) waiting = signature;
      else written.push(...writeThought(part.text, signature));
      continue;
    }
    if (part.kind !== 'call' && part.text === '') continue;
    const said = part.kind === 'call' ? writeCall(part) : { text: part.text };
    written.push(waiting === null ? said : { ...said, thoughtSignature: waiting });
    waiting = null;
  }
  settle();
  return written;
}

function writeThought(text: string, thoughtSignature: string | null): WrittenPart[] {
  if (thoughtSignature !== null) return [{ text, thought: true, thoughtSignature }];
  return text === '' ? [] : [{ text, thought: true }];
}

/**
 * Google takes arguments as an object only: text that is none becomes the one argument `input`, as
 * that of tools of free text does.
 */
export function writeCall({
  id,
  name,
  arguments: text,
}: Omit<CallPart, 'kind' | 'cache'>): WrittenPart {
  const args = text.trim() === '' ? {} : (tryParseObject(text) ?? { input: text });
  return { functionCall: { id, name, args } };
}

/** Without a signature on the first call of a turn, Google's newer models refuse the request. */
function withSignedCall(content: WrittenContent): WrittenContent {
  const first = content.parts.findIndex((part) => 'functionCall' in part);
  const call = content.parts[first];
  if (!call || 'thoughtSignature' in call) return content;
  const signed = { ...call, thoughtSignature: SKIP_SIGNATURE };
  return { ...content, parts: content.parts.with(first, signed) };
}
