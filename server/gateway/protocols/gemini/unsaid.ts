import type { GeminiGenerationConfig } from '#shared/wire/gemini.ts';
import { isObject } from '../body.ts';
import { camelCase } from './camel-case.ts';

const SAID = new Set([
  'model',
  'contents',
  'systemInstruction',
  'tools',
  'toolConfig',
  'generationConfig',
]);

const SAID_IN_CONFIG = new Set([
  'temperature',
  'topP',
  'topK',
  'seed',
  'frequencyPenalty',
  'presencePenalty',
  'maxOutputTokens',
  'candidateCount',
  'stopSequences',
  'responseMimeType',
  'responseSchema',
  'responseJsonSchema',
  'responseLogprobs',
  'logprobs',
  'thinkingConfig',
]);

const PLAIN_TYPES: readonly unknown[] = [undefined, null, 'text/plain', 'application/json'];

/** Members of a request that no dialogue holds, by the names that the client wrote. */
export function unsaidIn(
  json: Record<string, unknown>,
  config: GeminiGenerationConfig | null | undefined,
): string[] {
  const unsaid = namesBeside(json, SAID);
  for (const [name, value] of Object.entries(json)) {
    if (!isObject(value)) continue;
    if (camelCase(name) === 'generationConfig')
      unsaid.push(...namesBeside(value, SAID_IN_CONFIG).map((member) => `${name}.${member}`));
    if (camelCase(name) === 'toolConfig')
      unsaid.push(...namesBeside(value, CALLING).map((member) => `${name}.${member}`));
  }
  const isPlain = PLAIN_TYPES.includes(config?.responseMimeType);
  return isPlain ? unsaid : [...unsaid, 'generationConfig.responseMimeType'];
}

const CALLING = new Set(['functionCallingConfig']);

function namesBeside(json: Record<string, unknown>, said: ReadonlySet<string>): string[] {
  return Object.keys(json).filter((name) => json[name] !== null && !said.has(camelCase(name)));
}
