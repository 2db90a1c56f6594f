import type { IncomingHttpHeaders } from 'node:http';

/** With this header a client says which conversation a request belongs to. */
const CONVERSATION_HEADER = 'x-gatehouse-conversation';
const LONGEST_NAME = 200;

type ConversationParts = {
  headers: IncomingHttpHeaders;
  /** What the request itself tells; see protocols/conversation.ts. */
  told: string | null;
  userId: string;
  /** The public name of the model. */
  model: string;
};

/**
 * What tells a conversation from all others: the client's own name for it, else what its request
 * tells. Two people never share one, nor do two models. Null when nothing tells.
 */
export function conversationKey({
  headers,
  told,
  userId,
  model,
}: ConversationParts): string | null {
  const header = headers[CONVERSATION_HEADER];
  const named = (Array.isArray(header) ? header[0] : header)?.trim().slice(0, LONGEST_NAME);
  const key = named ? `named ${named}` : told;
  return key === null || key === '' ? null : `${userId} ${model} ${key}`;
}
