export const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export type Effort = (typeof EFFORTS)[number];

/** How much a model should think, and whether it should show it. */
export type Reasoning = {
  effort: Effort | null;
  /** Most tokens of thought; -1 = as the model sees fit (Gemini's dynamic, Anthropic's adaptive). */
  budgetTokens: number | null;
  /** Whether thoughts are shown in the answer; a word asks for a kind of summary. */
  show: boolean | 'auto' | 'concise' | 'detailed' | null;
};

/**
 * Where a platform, or one of its models, departs from the protocol it speaks. Applied to every
 * body that goes there, translated or forwarded. What a client said in the platform's own words
 * (say `enable_thinking`) is never overruled.
 */
export type Quirks = {
  /** Members of the body that the platform refuses: left out, and named to the client. */
  lacks?: readonly string[];
  /** Least and most of numeric members: others are set to the nearer end. */
  ranges?: Readonly<Record<string, readonly [least: number, most: number]>>;
  /** OpenAI chat: the one name by which it knows the output limit; unset = both are known. */
  outputLimit?: 'max_tokens' | 'max_completion_tokens';
  /** OpenAI chat: roles that go by another name there, e.g. `{ developer: 'system' }`. */
  roles?: Readonly<Record<string, string>>;
  /** OpenAI chat: system turns are accepted only as one message at the start. */
  oneSystemFirst?: boolean;
  /**
   * OpenAI chat: the members that say how much to think, instead of `reasoning_effort`; unset = the
   * platform reads that itself.
   */
  reasoning?: (wish: Reasoning) => Record<string, unknown>;
  /** OpenAI chat: members that a request which is not streamed needs; the client's own words win. */
  unstreamed?: Readonly<Record<string, unknown>>;
  /**
   * Anthropic: whether thinking is asked for by a budget of tokens or left to the model, which may
   * be unable to stop it (`always`); default adaptive.
   */
  thinking?: 'budget' | 'adaptive' | 'always';
  /** Anthropic: most tokens of an answer when the client set no limit, for the protocol asks for one; default 8,192. */
  outputTokens?: number;
  /** Earlier reasoning is taken back without a seal: as `reasoning_content`, or as unsigned thinking. */
  keepsThoughts?: boolean;
  /** Gemini: whether thinking is asked for by level or by budget; default level. */
  thinkingBy?: 'level' | 'budget';
};
