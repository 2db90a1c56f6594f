import { CountTokensRequest, type GenerateContentRequest } from '#shared/wire/gemini.ts';
import { check, isObject, type JsonBody, parseBody, rewrite } from '../body.ts';
import type { Counting } from '../count-door.ts';
import type { Dialogue } from '../dialogue.ts';
import type { ArrivedCall, Recipient } from '../protocol.ts';
import { unmarkSeals } from '../seals.ts';
import { camelCase, inCamelCase } from './camel-case.ts';
import { geminiDialect } from './errors.ts';
import { type Bonds, bondsOf, isReadBy, withoutForeignSeals } from './forward.ts';
import { gemini, modelPath } from './index.ts';
import { contentsOf, modelOf, promptTexts, readDialogue } from './read-request.ts';

/** A request to count the tokens of a prompt; members as in ChatRequest. */
export type CountRequest = {
  model: string;
  promptTexts(): readonly string[];
  dialogue(): Dialogue;
  forward(to: Recipient): { body: Buffer; dropped: string[] };
};

/**
 * How `models/{model}:countTokens` is asked and answered: with contents alone, or with a whole
 * request, whose instructions and tools count too.
 * Source: https://ai.google.dev/api/tokens
 */
export const geminiCounting: Counting = {
  ...geminiDialect,
  protocol: gemini,
  readCountRequest,
  writeCount,
  countPath: (model) => `${modelPath(model)}:countTokens`,
};

/** @throws AppError bad_request naming the member at fault. */
export function readCountRequest(call: ArrivedCall): CountRequest {
  const model = modelOf(call);
  const body = parseBody(call.body);
  const { generateContentRequest, contents } = check(CountTokensRequest, inCamelCase(body.json));
  const request: GenerateContentRequest = generateContentRequest ?? { contents };
  const bonds = bondsOf(contentsOf(request));
  const asked = generateContentRequest ? nestedIn(body.json) : null;
  return {
    model,
    promptTexts: () => promptTexts(request),
    dialogue: () => readDialogue(request, asked ? asked.value : body.json, false),
    forward: (to) => forward(body, asked, bonds, to),
  };
}

/** The answer's body. */
export function writeCount(tokens: number): object {
  return {
    totalTokens: tokens,
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: tokens }],
  };
}

type Nested = { name: string; value: Record<string, unknown> };

/** The whole request in it, by the name that the client spelled. */
function nestedIn(json: unknown): Nested | null {
  const members = isObject(json) ? Object.entries(json) : [];
  for (const [name, value] of members) {
    if (camelCase(name) === 'generateContentRequest' && isObject(value)) return { name, value };
  }
  return null;
}

function forward(body: JsonBody, asked: Nested | null, { seals }: Bonds, to: Recipient) {
  const outer = isObject(body.json) ? body.json : {};
  const foreign = seals.some((seal) => !isReadBy(seal, to));
  const changes = new Map<string, unknown>();
  const model = `models/${to.model}`;
  if ('model' in outer) changes.set('model', model);
  const withContents = (json: Record<string, unknown>) => ({
    contents: withoutForeignSeals(json['contents'], to),
  });
  // NOTE: Google wants the model named in a whole request, as the path has it.
  if (asked)
    changes.set(asked.name, {
      ...asked.value,
      ...(foreign ? withContents(asked.value) : {}),
      model,
    });
  else if (foreign) changes.set('contents', withContents(outer).contents);
  const dropped = foreign ? ['thoughtSignature'] : [];
  return { body: unmarkSeals(rewrite(body, changes), seals), dropped };
}
