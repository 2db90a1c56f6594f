import type { Effort, Quirks, Reasoning } from '../../../platforms/quirks.ts';
import { asFunction } from '../custom-tools.ts';
import type { Dialogue, OutputFormat, Tool, ToolChoice } from '../dialogue.ts';
import { budgetOf, effortOf } from '../effort.ts';
import type { Recipient } from '../protocol.ts';
import { mindQuirks } from './quirks-of-body.ts';
import { type WrittenContent, writeContents } from './write-contents.ts';

/** Source: https://ai.google.dev/api/generate-content */
export function writeRequest(dialogue: Dialogue, to: Recipient) {
  const body = said({
    ...writeTurns(dialogue, to),
    ...writeTools(dialogue),
    generationConfig: orNull(writeConfig(dialogue, to.quirks)),
  });
  const { changes, dropped } = mindQuirks(body, to.quirks);
  return { body: said({ ...body, ...Object.fromEntries(changes) }), dropped };
}

function writeTurns(dialogue: Dialogue, to: Recipient): Record<string, unknown> {
  const system = dialogue.messages.flatMap((message) =>
    message.role === 'system' || message.role === 'developer'
      ? message.parts.map(({ text }) => ({ text }))
      : [],
  );
  const contents = writeContents(dialogue, to);
  // NOTE: Google wants something said by the user; instructions alone are that.
  if (contents.length === 0) return { contents: [userTurn(system)] };
  return { contents, systemInstruction: system.length > 0 ? { parts: system } : null };
}

function userTurn(parts: { text: string }[]): WrittenContent {
  return { role: 'user', parts: parts.length > 0 ? parts : [{ text: '' }] };
}

function writeTools({ tools, toolChoice }: Dialogue): Record<string, unknown> {
  const functionDeclarations = tools.flatMap(writeTool);
  if (functionDeclarations.length === 0) return {};
  const functionCallingConfig = toolChoice ? writeToolChoice(toolChoice) : null;
  return {
    tools: [{ functionDeclarations }],
    toolConfig: functionCallingConfig ? { functionCallingConfig } : null,
  };
}

/** Source: https://ai.google.dev/api/caching#FunctionDeclaration */
function writeTool(tool: Tool): Record<string, unknown>[] {
  switch (tool.kind) {
    case 'hosted':
      return [];
    case 'custom':
      return writeTool(asFunction(tool));
    case 'function': {
      const { name, description, schema } = tool;
      return [said({ name, description, parametersJsonSchema: schema })];
    }
  }
}

/** Some of the tools and no duty to call one is what Google names VALIDATED. */
function writeToolChoice(choice: ToolChoice): Record<string, unknown> {
  switch (choice.type) {
    case 'auto':
      return { mode: 'AUTO' };
    case 'none':
      return { mode: 'NONE' };
    case 'required':
      return { mode: 'ANY' };
    case 'tool':
      return { mode: 'ANY', allowedFunctionNames: [choice.name] };
    case 'allowed': {
      const mode = choice.mode === 'required' ? 'ANY' : 'VALIDATED';
      return { mode, allowedFunctionNames: choice.names };
    }
  }
}

/** Source: https://ai.google.dev/api/generate-content#generationconfig */
function writeConfig(dialogue: Dialogue, quirks: Quirks): Record<string, unknown> {
  const { logprobs: _logprobs, logitBias: _logitBias, ...sampling } = dialogue.sampling;
  return said({
    ...sampling,
    maxOutputTokens: dialogue.maxOutputTokens,
    stopSequences: dialogue.stop.length > 0 ? dialogue.stop : null,
    ...writeFormat(dialogue.format),
    thinkingConfig: dialogue.reasoning ? orNull(writeThinking(dialogue.reasoning, quirks)) : null,
  });
}

function writeFormat(format: OutputFormat | null): Record<string, unknown> {
  if (!format) return {};
  const responseJsonSchema = format.type === 'schema' ? format.schema : null;
  return { responseMimeType: 'application/json', responseJsonSchema };
}

/**
 * Levels from Gemini 3 on, budgets before; both in one request are refused.
 * Source: https://ai.google.dev/gemini-api/docs/thinking
 */
function writeThinking(wish: Reasoning, quirks: Quirks): Record<string, unknown> {
  const { effort, budgetTokens, show } = wish;
  const includeThoughts = show === null ? null : show !== false;
  if (quirks.thinkingBy === 'budget')
    return said({ thinkingBudget: budgetTokens ?? budgetOf(effort), includeThoughts });
  // NOTE: without a level the model thinks as much as it sees fit.
  const level =
    effort ?? (budgetTokens === null || budgetTokens < 0 ? null : effortOf(budgetTokens));
  return said({ thinkingLevel: level === null ? null : LEVELS[level], includeThoughts });
}

/** These models always think a little, and know no more than `HIGH`. */
const LEVELS: Readonly<Record<Effort, string>> = {
  none: 'MINIMAL',
  minimal: 'MINIMAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  xhigh: 'HIGH',
  max: 'HIGH',
};

/** The members that say something. */
function said(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== null && value !== undefined),
  );
}

function orNull(members: Record<string, unknown>): Record<string, unknown> | null {
  return Object.keys(members).length > 0 ? members : null;
}
