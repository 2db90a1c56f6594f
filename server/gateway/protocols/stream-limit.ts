import type { DialogueEvent } from './dialogue.ts';
import type { StreamReader } from './protocol.ts';

/** As much as a whole answer may have. Some protocols repeat all of an answer at its end. */
const MOST_BYTES = 32 * 1024 * 1024;

/** What an event takes in memory beside its words, roughly: a link of a text, a part with its place. */
const A_PIECE = 64;
const A_PART = 1024;

/** Reads a stream until it has said more than may be held of it; then it ends with an error. */
export function limited(reader: StreamReader): StreamReader {
  let held = 0;
  const weigh = (events: DialogueEvent[]): DialogueEvent[] => {
    for (const event of events) held += weightOf(event);
    return held > MOST_BYTES ? [TOO_LONG] : events;
  };
  return { read: (data) => weigh(reader.read(data)), end: () => weigh(reader.end()) };
}

const TOO_LONG: DialogueEvent = {
  type: 'error',
  message: `The platform’s answer is longer than ${MOST_BYTES / 1024 / 1024} MB.`,
};

function weightOf(event: DialogueEvent): number {
  switch (event.type) {
    case 'text':
      return A_PIECE + event.text.length;
    case 'seal':
      return A_PIECE + event.seal.value.length;
    case 'citation': {
      const { quote, title, url } = event.citation;
      return A_PART + url.length + (title?.length ?? 0) + (quote?.length ?? 0);
    }
    case 'open':
      return A_PART + (event.kind === 'call' ? event.id.length + event.name.length : 0);
    default:
      return 0;
  }
}
