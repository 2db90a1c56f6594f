import { z } from 'zod';

/** What the person may set about the next request; null = the platform's own default. */
export const Settings = z.object({
  model: z.string().nullable(),
  system: z.string(),
  temperature: z.number().min(0).max(2).nullable(),
  topP: z.number().min(0).max(1).nullable(),
  maxTokens: z.int().min(1).nullable(),
});
export type Settings = z.infer<typeof Settings>;

const UserTurn = z.object({ id: z.string(), role: z.literal('user'), text: z.string() });

const Failure = z.object({
  code: z.string().nullable(),
  message: z.string(),
  retryAfterMs: z.number().nullable(),
});
export type Failure = z.infer<typeof Failure>;

const AssistantTurn = z.object({
  id: z.string(),
  role: z.literal('assistant'),
  model: z.string(),
  text: z.string(),
  reasoning: z.string(),
  state: z.enum(['running', 'done', 'stopped', 'failed']),
  failure: Failure.nullable(),
  requestId: z.string().nullable(),
  /** Why the model ended, e.g. `stop` or `length`. */
  finish: z.string().nullable(),
  inputTokens: z.number().nullable(),
  outputTokens: z.number().nullable(),
  firstTokenMs: z.number().nullable(),
  totalMs: z.number().nullable(),
});
export type AssistantTurn = z.infer<typeof AssistantTurn>;

export const Turn = z.discriminatedUnion('role', [UserTurn, AssistantTurn]);
export type Turn = z.infer<typeof Turn>;

/** Everything the playground keeps while the person is elsewhere. */
export const Conversation = z.object({
  turns: z.array(Turn),
  draft: z.string(),
  settings: Settings,
});
export type Conversation = z.infer<typeof Conversation>;

export const EMPTY: Conversation = {
  turns: [],
  draft: '',
  settings: { model: null, system: '', temperature: null, topP: null, maxTokens: null },
};

/** An answer that has not begun. */
export function newAnswer(id: string, model: string): AssistantTurn {
  return {
    id,
    role: 'assistant',
    model,
    text: '',
    reasoning: '',
    state: 'running',
    failure: null,
    requestId: null,
    finish: null,
    inputTokens: null,
    outputTokens: null,
    firstTokenMs: null,
    totalMs: null,
  };
}

/** Reads a kept conversation. An answer that was running when the page closed counts as stopped. */
export function reviveConversation(kept: string | null): Conversation {
  if (kept === null) return EMPTY;
  try {
    const read = Conversation.parse(JSON.parse(kept));
    const turns = read.turns.map((turn) =>
      turn.role === 'assistant' && turn.state === 'running'
        ? { ...turn, state: 'stopped' as const }
        : turn,
    );
    return { ...read, turns };
  } catch {
    return EMPTY;
  }
}

/** The turns up to and with the last question that lies before `id`; all of them without an `id`. */
export function askedBefore(turns: readonly Turn[], id?: string): Turn[] {
  const end = id === undefined ? turns.length : turns.findIndex((turn) => turn.id === id);
  const before = turns.slice(0, end < 0 ? turns.length : end);
  const lastQuestion = before.findLastIndex((turn) => turn.role === 'user');
  return before.slice(0, lastQuestion + 1);
}

type Message = { role: 'system' | 'user' | 'assistant'; content: string };

/** What the model is told: the system prompt and every turn that says something. */
export function toMessages(system: string, turns: readonly Turn[]): Message[] {
  const said = turns
    .filter(({ text }) => text.trim() !== '')
    .map(({ role, text }) => ({ role, content: text }));
  return system.trim() === '' ? said : [{ role: 'system', content: system }, ...said];
}

/** The body of `POST /v1/chat/completions`, with only what the person set. */
export function toRequestBody(model: string, settings: Settings, turns: readonly Turn[]) {
  return {
    model,
    messages: toMessages(settings.system, turns),
    ...(settings.temperature === null ? {} : { temperature: settings.temperature }),
    ...(settings.topP === null ? {} : { top_p: settings.topP }),
    ...(settings.maxTokens === null ? {} : { max_tokens: settings.maxTokens }),
    stream: true,
    stream_options: { include_usage: true },
  };
}
export type RequestBody = ReturnType<typeof toRequestBody>;

/**
 * The same request for a terminal. The body is in single quotes, in which a POSIX shell changes
 * nothing; the key stays a variable, so that the text can be passed on.
 */
export function toCurl(origin: string, body: RequestBody): string {
  const json = JSON.stringify(body, null, 2).replaceAll("'", "'\\''");
  return [
    `curl -N '${origin}/v1/chat/completions' \\`,
    '  -H "Authorization: Bearer $GATEHOUSE_KEY" \\',
    "  -H 'Content-Type: application/json' \\",
    `  -d '${json}'`,
  ].join('\n');
}
