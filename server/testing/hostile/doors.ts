import { GEMINI_ACTIONS, V1_DOORS } from '../../gateway/door-table.ts';
import type { Door } from '../../gateway/request.ts';
import { CHAT_BODIES } from './chat-bodies.ts';

/** A door as programs reach it: every one of the table is here by itself. */
export type HostileDoor = {
  path: string;
  door: Door;
  /** A good request; any door's changes begin with it. */
  body: Record<string, unknown>;
  /** False where a form is wanted. */
  isJson: boolean;
};

const COMPLETION = {
  model: 'gpt-lab',
  prompt: ['Say hello'],
  max_tokens: 5,
  stop: ['END'],
  logit_bias: { '1': 2 },
};
const { max_tokens: _most, metadata: _who, ...COUNTED } = CHAT_BODIES['anthropic-messages'];

/** Where the name of a door's protocol does not tell what it is asked with. */
const BODIES: Readonly<Record<string, Record<string, unknown>>> = {
  '/v1/completions': COMPLETION,
  '/v1/messages/count_tokens': COUNTED,
  '/v1beta/models/gpt-lab:countTokens': { contents: CHAT_BODIES.gemini['contents'] },
};

/** Members that most requests have; enough for a door that is new here. */
const ANY = {
  model: 'gpt-lab',
  input: 'Hello',
  prompt: 'Hello',
  query: 'Hello',
  documents: ['x'],
  voice: 'x',
};

const ALL: [path: string, door: Door][] = [
  ...Object.entries(V1_DOORS).map(([path, door]): [string, Door] => [`/v1${path}`, door]),
  ...Object.entries(GEMINI_ACTIONS).map(([action, door]): [string, Door] => [
    `/v1beta/models/gpt-lab:${action}`,
    door,
  ]),
];

export const HOSTILE_DOORS: readonly HostileDoor[] = ALL.map(([path, door]) => ({
  path,
  door,
  isJson: !/audio\/trans/.test(path),
  body: BODIES[path] ?? (CHAT_BODIES as Record<string, HostileDoor['body']>)[door.name] ?? ANY,
}));

/** Asks a door; what is given replaces the usual. */
export function askDoor(origin: string, path: string, init: RequestInit): Promise<Response> {
  return fetch(origin + path, {
    method: 'POST',
    headers: { authorization: 'Bearer gh-good', 'content-type': 'application/json' },
    ...init,
  });
}
