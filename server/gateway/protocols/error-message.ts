import { isObject } from './body.ts';

/** Said of an error that says nothing of itself. */
export const NO_TEXT = 'The platform reported an error without a text.';

/**
 * What a body says instead of an answer: `{error: {message}}`, or the `{error: "text"}` of some
 * compatible servers. Null where there is no error; answers may have null in its place.
 */
export function errorMessage(json: unknown): string | null {
  const error = isObject(json) ? json['error'] : null;
  if (error === undefined || error === null) return null;
  if (typeof error === 'string') return error;
  const message = isObject(error) ? error['message'] : null;
  return typeof message === 'string' ? message : NO_TEXT;
}

/** Reads the message out of an error's body, the way a protocol words it. */
export function errorReader(messageOf: (json: unknown) => string | null = errorMessage) {
  return (body: Buffer): string | null => {
    try {
      return messageOf(JSON.parse(body.toString()));
    } catch {
      return null;
    }
  };
}
