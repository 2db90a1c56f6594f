import type { Quirks, Reasoning } from '../../../platforms/quirks.ts';
import type { Dialogue, Message } from '../dialogue.ts';
import { budgetOf, effortOf } from '../effort.ts';

/** What a request says about thinking, and how much room for its answer that takes. */
export type Thinking = {
  thinking: Record<string, unknown> | null;
  effort: string | null;
  maxTokens: number;
  /** Whether the rules that hold while thinking apply to the rest of the request. */
  on: boolean;
};

/** Least budget that the API takes. */
const LEAST_BUDGET = 1_024;
/** Room for the answer behind a budget that would take up the whole limit. */
const ROOM = 4_096;

/**
 * `thinking`, `output_config.effort` and `max_tokens`.
 * Source: https://platform.claude.com/docs/en/build-with-claude/extended-thinking
 */
export function writeThinking(dialogue: Dialogue, quirks: Quirks, maxTokens: number): Thinking {
  const { reasoning } = dialogue;
  const none: Thinking = { thinking: null, effort: null, maxTokens, on: false };
  if (reasoning === null) return none;
  const always = quirks.thinking === 'always';
  const off: Thinking = always
    ? { ...none, effort: 'low', on: true }
    : { ...none, thinking: { type: 'disabled' } };
  if (reasoning.effort === 'none' || reasoning.budgetTokens === 0) return off;
  const display = displayOf(reasoning);
  if (quirks.thinking === 'budget') {
    if (!mayThink(dialogue) || isLoopWithoutThought(dialogue.messages)) return off;
    const budget = Math.max(LEAST_BUDGET, budgetFor(reasoning));
    const enough = maxTokens > budget ? maxTokens : budget + Math.min(maxTokens, ROOM);
    const thinking = { type: 'enabled', budget_tokens: budget, ...display };
    return { thinking, effort: null, maxTokens: enough, on: true };
  }
  const effort = effortFor(reasoning);
  if (!mayThink(dialogue)) return { ...off, effort };
  return { ...none, thinking: { type: 'adaptive', ...display }, effort, on: true };
}

/** While thinking, no tool can be forced and no answer begun for the model. */
function mayThink({ toolChoice, tools, messages }: Dialogue): boolean {
  const forced =
    tools.length > 0 &&
    toolChoice !== null &&
    (toolChoice.type === 'required' ||
      toolChoice.type === 'tool' ||
      (toolChoice.type === 'allowed' && toolChoice.mode === 'required'));
  return !forced && messages.at(-1)?.role !== 'assistant';
}

/**
 * Whether calls are being answered whose turn has no reasoning to start with: with a budget such a
 * turn is refused, while adaptive thinking takes it. All answers since the user last spoke are one
 * turn. Source: https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking
 */
function isLoopWithoutThought(messages: readonly Message[]): boolean {
  const turn = messages.slice(messages.findLastIndex(({ role }) => role === 'user') + 1);
  if (!turn.some(({ role }) => role === 'tool')) return false;
  const [first] = turn.flatMap((it) => (it.role === 'assistant' ? it.parts : []));
  return first?.kind !== 'thought' || first.seal?.maker !== 'anthropic';
}

function budgetFor({ budgetTokens, effort }: Reasoning): number {
  if (budgetTokens !== null && budgetTokens > 0) return budgetTokens;
  return budgetOf(effort ?? 'medium') ?? LEAST_BUDGET;
}

function effortFor({ budgetTokens, effort }: Reasoning): string | null {
  const wished =
    effort ?? (budgetTokens !== null && budgetTokens > 0 ? effortOf(budgetTokens) : null);
  return wished === 'minimal' ? 'low' : wished;
}

/** What is shown when nobody says so depends on the model. */
function displayOf({ show }: Reasoning): { display?: string } {
  if (show === null) return {};
  return { display: show === false ? 'omitted' : 'summarized' };
}
