import type { Judgement, Platform, UpstreamFailure } from './platform.ts';

/** What accounts and routes call it by. */
export const PLUGIN_PLATFORM = 'plugin';

/** In front of a model's name: it is one of the second family there. */
export const SECOND_FAMILY = 'kiro/';

/**
 * The Plug-in API: a pool of accounts behind OpenAI's chat completions. Everybody's account there is
 * made by Gatehouse itself (features/plugin-api) and serves its person only. It streams unless it is
 * told otherwise, tells what went wrong with its own accounts by a coded text, and serves a second
 * family of models by a header; see plugin-calls.ts for what needs more than a declaration.
 *
 * Sources: its contract, sections 3.5 and 5.5 (chat, coded texts), 3.6 (second family).
 */
export function pluginPlatform(baseUrl: string): Platform {
  return {
    id: PLUGIN_PLATFORM,
    name: 'Plug-in API',
    endpoints: [{ protocol: 'openai-chat', baseUrl: `${baseUrl}/v1`, auth: 'bearer' }],
    operations: {},
    quirks: () => ({ unstreamed: { stream: false } }),
    classify,
    managed: true,
    keyOptional: false,
    keyUrl: null,
    listsModels: true,
    models: [],
  };
}

type Coded = { status: number; judged: Judgement };

/** A coded text says what befell the accounts behind it: those it has rested or replaced already. */
const CODED: Readonly<Record<string, Coded>> = {
  RESOURCE_EXHAUSTED: { status: 429, judged: { kind: 'burst', scope: 'model' } },
  ALL_ENDPOINTS_403: { status: 502, judged: { kind: 'request' } },
  RESOURCE_PROJECT_INVALID: { status: 502, judged: { kind: 'request' } },
  IMAGE_INPUT_EXCEEDED_MAXIMUM_5_MB: { status: 400, judged: { kind: 'request' } },
  ILLEGAL_PROMPT: { status: 400, judged: { kind: 'request' } },
};

const BEGINS_CODED = /^\s*(?:[Ee]rror:\s*)?([A-Z][A-Z0-9_]{5,})(?![A-Za-z0-9_])/;

/** What a text means that begins with one of its codes; null = it is any other text. */
export function codedError(text: string): Coded | null {
  const code = BEGINS_CODED.exec(text)?.[1] ?? '';
  return (Object.hasOwn(CODED, code) && CODED[code]) || null;
}

function classify({ message }: UpstreamFailure): Judgement | null {
  return codedError(message)?.judged ?? null;
}
