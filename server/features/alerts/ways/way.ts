import type { AlertLanguage, ChannelTarget } from '#shared/schemas/alerts.ts';
import type { Message } from '../messages.ts';

export type Sending = {
  target: ChannelTarget;
  message: Message;
  /** Stays the same for every try, so that a receiver can leave out what it has already. */
  id: string;
  language: AlertLanguage;
  /** Epoch milliseconds. */
  now: number;
};

/** A POST of JSON. */
export type Post = { url: string; headers?: Readonly<Record<string, string>>; body: string };

/** What an answer means: null = taken. `again`: another try may end otherwise. */
export type Refusal = { error: string; again: boolean; retryAfterMs?: number } | null;

/** How a service is told something, as its documentation has it. */
export type Way = {
  post(sending: Sending): Post;
  /**
   * What the body of an answer says, whatever its status: of one that is not 2xx only `again` counts.
   * `data` is null where it is no JSON.
   */
  read(data: unknown): Refusal;
};

/** As plain text: the title, then each line. */
export function plainText({ link, lines, title }: Message): string {
  return [title, ...lines, ...(link ? [link.url] : [])].join('\n');
}

/** At most `most` UTF-16 units of it, and no half of a character: not all services take one. */
export function cutLength(text: string, most: number): string {
  const cut = text.slice(0, most);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}

/** The first lines, as many as fit into so many UTF-8 bytes; the last of them may be cut. */
export function fitting(lines: readonly string[], most: number): string[] {
  const kept: string[] = [];
  let left = most;
  for (const line of lines) {
    if (left < 4) break;
    const text = cutBytes(line, left);
    kept.push(text);
    left -= Buffer.byteLength(text);
  }
  return kept;
}

/** At most `most` UTF-8 bytes of it, whole characters only. */
export function cutBytes(text: string, most: number): string {
  if (Buffer.byteLength(text) <= most) return text;
  let bytes = 3;
  let kept = '';
  for (const char of text) {
    bytes += Buffer.byteLength(char);
    if (bytes > most) break;
    kept += char;
  }
  return `${kept}…`;
}

/** A member of an answer that is an object. */
export function member(data: unknown, name: string): unknown {
  return typeof data === 'object' && data !== null ? Reflect.get(data, name) : undefined;
}
