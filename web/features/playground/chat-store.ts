import { ChatError, type ChatEvent } from './chat-stream.ts';
import {
  type AssistantTurn,
  askedBefore,
  type Conversation,
  EMPTY,
  type Failure,
  newAnswer,
  type RequestBody,
  reviveConversation,
  type Settings,
  toRequestBody,
} from './conversation.ts';

/** Screen updates while an answer streams in, so that a fast model does not freeze the page. */
const FLUSH_MS = 40;
const KEEP_MS = 400;

export type ChatDeps = {
  send: (
    body: RequestBody,
    on: { signal: AbortSignal; onRequestId: (id: string) => void },
  ) => AsyncIterable<ChatEvent>;
  /** Milliseconds that only go forward. */
  now: () => number;
  newId: () => string;
  /** Calls later, returns how to take it back. */
  later: (ms: number, call: () => void) => () => void;
  /** What was kept, or null. */
  read: () => string | null;
  /** Keeps the conversation for the next visit. May fail silently. */
  keep: (conversation: string) => void;
};

function toFailure(thrown: unknown): Failure {
  if (!(thrown instanceof ChatError)) return { code: 'network', message: '', retryAfterMs: null };
  return { code: thrown.code, message: thrown.message, retryAfterMs: thrown.retryAfterMs };
}

/**
 * The conversation of one person: lives outside the page, so that an answer goes on streaming while
 * the person looks elsewhere in the console.
 */
export function createChatStore(deps: ChatDeps) {
  let state: Conversation = reviveConversation(deps.read());
  let running: AbortController | null = null;
  let cancelKeep: (() => void) | null = null;
  const listeners = new Set<() => void>();

  const keepNow = () => {
    cancelKeep?.();
    cancelKeep = null;
    deps.keep(JSON.stringify(state));
  };
  const set = (change: Partial<Conversation>) => {
    state = { ...state, ...change };
    cancelKeep ??= deps.later(KEEP_MS, keepNow);
    for (const listener of listeners) listener();
  };
  const patch = (id: string, change: Partial<AssistantTurn>) =>
    set({
      turns: state.turns.map((turn) =>
        turn.id === id && turn.role === 'assistant' ? { ...turn, ...change } : turn,
      ),
    });

  const stop = () => running?.abort();

  async function answer(model: string): Promise<void> {
    const body = toRequestBody(model, state.settings, state.turns);
    const turn = newAnswer(deps.newId(), model);
    const abort = new AbortController();
    running = abort;
    set({ turns: [...state.turns, turn] });
    const from = deps.now();
    const said: Partial<AssistantTurn> & { text: string; reasoning: string } = {
      text: '',
      reasoning: '',
    };
    let cancelFlush: (() => void) | null = null;
    const flush = () => {
      cancelFlush = null;
      patch(turn.id, said);
    };
    const end = (last: Partial<AssistantTurn>) => {
      cancelFlush?.();
      if (running === abort) running = null;
      patch(turn.id, { ...said, totalMs: deps.now() - from, ...last });
      keepNow();
    };
    try {
      const onRequestId = (requestId: string) => patch(turn.id, { requestId });
      for await (const event of deps.send(body, { signal: abort.signal, onRequestId })) {
        note(said, event, deps.now() - from);
        cancelFlush ??= deps.later(FLUSH_MS, flush);
      }
      end({ state: 'done' });
    } catch (thrown) {
      const failure = abort.signal.aborted ? null : toFailure(thrown);
      end({ state: failure ? 'failed' : 'stopped', failure });
    }
  }

  return {
    get: () => state,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    setDraft: (draft: string) => set({ draft }),
    setSettings: (change: Partial<Settings>) => set({ settings: { ...state.settings, ...change } }),
    /** Asks with the draft. Does nothing while an answer is running or the draft is empty. */
    async ask(model: string): Promise<void> {
      const text = state.draft.trim();
      if (running || text === '') return;
      set({ draft: '', turns: [...state.turns, { id: deps.newId(), role: 'user', text }] });
      await answer(model);
    },
    /** Asks the question before this answer again and drops what came after it. */
    async again(model: string, id?: string): Promise<void> {
      const turns = askedBefore(state.turns, id);
      if (running || turns.length === 0) return;
      set({ turns });
      await answer(model);
    },
    /** Changes what a turn says. */
    edit: (id: string, text: string) =>
      set({ turns: state.turns.map((turn) => (turn.id === id ? { ...turn, text } : turn)) }),
    /** Changes a question, drops what came after it and asks again. */
    async editAndAsk(model: string, id: string, text: string): Promise<void> {
      const at = state.turns.findIndex((turn) => turn.id === id);
      if (running || at < 0 || text.trim() === '') return;
      set({ turns: [...state.turns.slice(0, at), { id, role: 'user', text: text.trim() }] });
      await answer(model);
    },
    remove: (id: string) => set({ turns: state.turns.filter((turn) => turn.id !== id) }),
    /** Ends the running answer; what it said so far stays. */
    stop,
    /** Starts anew; the settings stay. */
    clear() {
      stop();
      set({ turns: [] });
    },
    /** Ends and empties everything, for when another person signs in. */
    forget() {
      stop();
      cancelKeep?.();
      state = EMPTY;
      for (const listener of listeners) listener();
    },
    keepNow,
  };
}
export type ChatStore = ReturnType<typeof createChatStore>;

/** Adds what an event says to an answer. */
function note(
  said: Partial<AssistantTurn> & { text: string; reasoning: string },
  event: ChatEvent,
  afterMs: number,
): void {
  switch (event.kind) {
    case 'text':
      said.firstTokenMs ??= afterMs;
      said.text += event.text;
      break;
    case 'reasoning':
      said.firstTokenMs ??= afterMs;
      said.reasoning += event.text;
      break;
    case 'usage':
      said.inputTokens = event.inputTokens;
      said.outputTokens = event.outputTokens;
      break;
    case 'finish':
      said.finish = event.reason;
      break;
  }
}
