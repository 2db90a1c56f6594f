/** The tools as the page lists them. NOTE: apart from their texts, as the router reads the ids at once. */
export const TOOL_GROUPS = [
  { group: 'agents', tools: ['claude', 'codex', 'gemini'] },
  { group: 'editors', tools: ['cursor', 'cline', 'continue'] },
  { group: 'code', tools: ['curl', 'openai', 'anthropic', 'google', 'vercel', 'langchain'] },
  { group: 'chat', tools: ['openwebui', 'librechat'] },
] as const;

/** Stands in the page's address and names the tool's note in the translations. */
export type ToolId = (typeof TOOL_GROUPS)[number]['tools'][number];

export const TOOL_IDS: readonly ToolId[] = TOOL_GROUPS.flatMap(
  ({ tools }): readonly ToolId[] => tools,
);

/** The tool of this id; undefined where there is none. */
export function asTool(value: unknown): ToolId | undefined {
  return TOOL_IDS.find((id) => id === value);
}
