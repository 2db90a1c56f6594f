import type { Protocol as ProtocolId } from '#shared/schemas/platforms.ts';

/**
 * What becomes of something in translation to a protocol: it says the same (`say`), says it another
 * way (`as`, in words for people), leaves it out and names it in `x-gatehouse-dropped` (`drop`), or
 * cannot do without it and refuses (`refuse`). Bodies forwarded to a platform of the client's own
 * protocol do not pass through here.
 */
export type Fate = 'say' | 'drop' | 'refuse' | { as: string };

type Row = Readonly<Record<ProtocolId, Fate>>;

const NO_STORE = 'refuse';
const AS_FUNCTION = { as: 'a function with one text argument, and its calls back' };
const ONLY_THESE = { as: 'only these tools are offered' };
const TO_TOP = { as: 'moved to the start' };
const AS_TEXT = { as: 'text' };

/** The one table of differences between the protocols; docs/protocols.md is printed from it. */
export const FIDELITY = {
  'image by URL': row('say', 'say', 'say', 'say'),
  'image in the request': row('say', 'say', 'say', 'say'),
  'image in a file store': row(NO_STORE, NO_STORE, NO_STORE, NO_STORE),
  'image detail': row('say', 'say', 'drop', 'drop'),
  audio: row('say', 'refuse', 'refuse', 'say'),
  'document by URL': row('refuse', 'say', 'say', 'say'),
  'document in the request': row('say', 'say', 'say', 'say'),
  'document in a file store': row(NO_STORE, NO_STORE, NO_STORE, NO_STORE),
  'image or document in a tool’s result': row(
    { as: 'a user message behind the results' },
    'say',
    'say',
    'say',
  ),
  'failed tool result': row({ as: 'its text' }, { as: 'its text' }, 'say', {
    as: 'a response with an error',
  }),
  'system turn in mid-conversation': row('say', 'say', TO_TOP, TO_TOP),
  'free-text tool': row(AS_FUNCTION, 'say', AS_FUNCTION, AS_FUNCTION),
  'tool run by the platform': row('drop', 'drop', 'drop', 'drop'),
  'choice among some tools': row(ONLY_THESE, 'say', ONLY_THESE, 'say'),
  'one call at a time': row('say', 'say', 'say', 'drop'),
  'JSON output': row('say', 'say', { as: 'an instruction' }, 'say'),
  'JSON schema output': row('say', 'say', 'say', 'say'),
  'reasoning effort': row('say', 'say', 'say', 'say'),
  'reasoning budget': row({ as: 'the nearest effort' }, { as: 'the nearest effort' }, 'say', 'say'),
  'earlier reasoning': row(
    { as: 'reasoning_content where the platform keeps it, else left out' },
    { as: 'sealed reasoning of its own platform only' },
    { as: 'sealed reasoning of its own platform only' },
    { as: 'sealed reasoning of its own platform only' },
  ),
  'refusal in the history': row('say', 'say', AS_TEXT, AS_TEXT),
  'citations in the history': row('drop', 'drop', 'drop', 'drop'),
  'top k': row('drop', 'drop', 'say', 'say'),
  seed: row('say', 'drop', 'drop', 'say'),
  'frequency penalty': row('say', 'drop', 'drop', 'say'),
  'presence penalty': row('say', 'drop', 'drop', 'say'),
  'log probabilities': row('drop', 'drop', 'drop', 'drop'),
  'logit bias': row('say', 'drop', 'drop', 'drop'),
  'stop sequences': row('say', 'drop', 'say', 'say'),
  'several answers': row('refuse', 'refuse', 'refuse', 'refuse'),
  'cache marks': row('drop', 'drop', 'say', 'drop'),
  'cache key': row('say', 'say', 'drop', 'drop'),
  'end user': row('say', 'say', 'say', 'drop'),
  metadata: row('drop', 'say', 'drop', 'drop'),
  verbosity: row('say', 'say', 'drop', 'drop'),
  'service tier': row('drop', 'drop', 'drop', 'drop'),
} as const satisfies Record<string, Row>;

export type Feature = keyof typeof FIDELITY;

function row(chat: Fate, responses: Fate, messages: Fate, gemini: Fate): Row {
  return {
    'openai-chat': chat,
    'openai-responses': responses,
    'anthropic-messages': messages,
    gemini,
  };
}
