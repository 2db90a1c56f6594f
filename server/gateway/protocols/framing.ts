import type { Frame } from './protocol.ts';

/** How the pieces of a streamed answer are put on the wire. */
export type Framing = {
  contentType: string;
  /** Stands before, between and behind the pieces. */
  frame(frame: Frame, isFirst: boolean): string;
  /** Keeps a quiet connection open and means nothing. */
  heartbeat: string;
  /** What ends the stream; `isEmpty` when no piece was sent. */
  close(isEmpty: boolean): string;
};

/** Of every whole answer that is JSON, whatever the platform called it. */
export const JSON_TYPE = 'application/json; charset=utf-8';

/** Server-sent events. Source: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export const SSE: Framing = {
  contentType: 'text/event-stream; charset=utf-8',
  frame: ({ event, data }) => `${event ? `event: ${event}\n` : ''}data: ${data}\n\n`,
  heartbeat: ': heartbeat\n\n',
  close: () => '',
};

/**
 * One JSON array whose elements arrive one by one: how Gemini streams unless `alt=sse` is asked for.
 * Source: https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent
 */
export const JSON_ARRAY: Framing = {
  contentType: JSON_TYPE,
  frame: ({ data }, isFirst) => `${isFirst ? '[' : ',\r\n'}${data}`,
  heartbeat: '\n',
  close: (isEmpty) => (isEmpty ? '[]' : ']'),
};
