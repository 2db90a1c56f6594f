import type { ArrivedCall, Recipient } from '../gateway/protocols/protocol.ts';

/** A call as a client of Gemini's protocol makes it; text is taken for the body as it is. */
export function geminiCall(json: unknown, changes: Partial<ArrivedCall> = {}): ArrivedCall {
  return {
    body: Buffer.from(typeof json === 'string' ? json : JSON.stringify(json)),
    headers: {},
    model: 'gemini-3-flash',
    action: 'generateContent',
    query: new URLSearchParams(),
    ...changes,
  };
}

/** An account at Google, with a model that wants signatures. */
export function geminiRecipient(changes: Partial<Recipient> = {}): Recipient {
  return { model: 'gemini-3-flash-preview', quirks: {}, account: 'aaaaaaaa', ...changes };
}

/** A user's turn in Google's words. */
export function geminiUser(words: string) {
  return { role: 'user', parts: [{ text: words }] };
}
