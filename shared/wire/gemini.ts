import { z } from 'zod';

/*
 * The part of Google's Gemini API that Gatehouse itself reads, in camelCase; unknown members are no
 * fault. Source: https://ai.google.dev/api/generate-content, https://ai.google.dev/api/caching#Content
 */

const Json = z.record(z.string(), z.unknown());

/** Google takes a single element where a list is meant. */
function listOf<Element extends z.ZodType>(element: Element, most = 10_000) {
  const list = z.array(element).max(most);
  return z.preprocess(
    (json) => (json === undefined || json === null || Array.isArray(json) ? json : [json]),
    list.nullish(),
  );
}

const GeminiBlob = z.looseObject({ mimeType: z.string().nullish(), data: z.string() });
const GeminiFileData = z.looseObject({
  mimeType: z.string().nullish(),
  fileUri: z.string(),
});

export const GeminiFunctionCall = z.looseObject({
  id: z.string().nullish(),
  name: z.string(),
  args: Json.nullish(),
});
export type GeminiFunctionCall = z.infer<typeof GeminiFunctionCall>;

export const GeminiFunctionResponse = z.looseObject({
  id: z.string().nullish(),
  name: z.string().nullish(),
  response: Json.nullish(),
  parts: listOf(
    z.looseObject({ inlineData: GeminiBlob.nullish(), fileData: GeminiFileData.nullish() }),
  ),
});
export type GeminiFunctionResponse = z.infer<typeof GeminiFunctionResponse>;

export const GeminiPart = z.looseObject({
  text: z.string().nullish(),
  thought: z.boolean().nullish(),
  thoughtSignature: z.string().nullish(),
  inlineData: GeminiBlob.nullish(),
  fileData: GeminiFileData.nullish(),
  functionCall: GeminiFunctionCall.nullish(),
  functionResponse: GeminiFunctionResponse.nullish(),
  executableCode: z
    .looseObject({ language: z.string().nullish(), code: z.string().nullish() })
    .nullish(),
  codeExecutionResult: z.looseObject({ output: z.string().nullish() }).nullish(),
});
export type GeminiPart = z.infer<typeof GeminiPart>;

export const GeminiContent = z.looseObject({
  role: z.string().nullish(),
  parts: listOf(GeminiPart),
});
export type GeminiContent = z.infer<typeof GeminiContent>;

const FunctionDeclaration = z.looseObject({
  name: z.string().min(1),
  description: z.string().nullish(),
  parameters: Json.nullish(),
  parametersJsonSchema: z.union([Json, z.boolean()]).nullish(),
});

export const GeminiTool = z.looseObject({
  functionDeclarations: listOf(FunctionDeclaration, 2_000),
});
export type GeminiTool = z.infer<typeof GeminiTool>;

/** Google reads numbers written as text as well. */
const Figure = z.preprocess(
  (json) => (typeof json === 'string' && json.trim() !== '' ? Number(json) : json),
  z.number(),
);
const Whole = Figure.pipe(z.int());

export const GeminiGenerationConfig = z.looseObject({
  temperature: Figure.nullish(),
  topP: Figure.nullish(),
  topK: Figure.nullish(),
  seed: Whole.nullish(),
  frequencyPenalty: Figure.nullish(),
  presencePenalty: Figure.nullish(),
  maxOutputTokens: Whole.pipe(z.int().min(1)).nullish(),
  candidateCount: Whole.pipe(z.int().min(1).max(128)).nullish(),
  stopSequences: listOf(z.string(), 100),
  responseMimeType: z.string().nullish(),
  responseSchema: Json.nullish(),
  responseJsonSchema: Json.nullish(),
  responseLogprobs: z.boolean().nullish(),
  logprobs: Whole.nullish(),
  thinkingConfig: z
    .looseObject({
      thinkingBudget: Whole.nullish(),
      thinkingLevel: z.string().nullish(),
      includeThoughts: z.boolean().nullish(),
    })
    .nullish(),
});
export type GeminiGenerationConfig = z.infer<typeof GeminiGenerationConfig>;

export const GeminiToolConfig = z.looseObject({
  functionCallingConfig: z
    .looseObject({
      mode: z.string().nullish(),
      allowedFunctionNames: listOf(z.string(), 2_000),
    })
    .nullish(),
});
export type GeminiToolConfig = z.infer<typeof GeminiToolConfig>;

export const GenerateContentRequest = z.looseObject({
  contents: listOf(GeminiContent),
  systemInstruction: GeminiContent.nullish(),
  tools: listOf(GeminiTool, 1_000),
  toolConfig: GeminiToolConfig.nullish(),
  generationConfig: GeminiGenerationConfig.nullish(),
});
export type GenerateContentRequest = z.infer<typeof GenerateContentRequest>;

/** Source: https://ai.google.dev/api/tokens */
export const CountTokensRequest = z.looseObject({
  generateContentRequest: GenerateContentRequest.nullish(),
  contents: listOf(GeminiContent),
});

// ── Answers: what a platform sends. Broken members count as absent. ──

/** More than any answer has: whoever reports it is mistaken, and sums of it would overflow. */
const Tokens = z.int().min(0).max(2_000_000_000).nullish().catch(null);

/** Source: https://ai.google.dev/api/generate-content#UsageMetadata */
export const GeminiUsage = z.object({
  promptTokenCount: Tokens,
  toolUsePromptTokenCount: Tokens,
  cachedContentTokenCount: Tokens,
  candidatesTokenCount: Tokens,
  thoughtsTokenCount: Tokens,
});
export type GeminiUsage = z.infer<typeof GeminiUsage>;

const Offset = z.int().min(0).nullish().catch(null);
const Name = z.string().nullish().catch(null);

/** Source: https://ai.google.dev/api/generate-content#GroundingMetadata */
export const GeminiGrounding = z.object({
  groundingChunks: z
    .array(z.looseObject({ web: z.looseObject({ uri: Name, title: Name }).nullish().catch(null) }))
    .nullish()
    .catch(null),
  groundingSupports: z
    .array(
      z.looseObject({
        segment: z
          .looseObject({ startIndex: Offset, endIndex: Offset, text: Name })
          .nullish()
          .catch(null),
        groundingChunkIndices: z.array(z.int().min(0)).nullish().catch(null),
      }),
    )
    .nullish()
    .catch(null),
});
export type GeminiGrounding = z.infer<typeof GeminiGrounding>;

const AnswerContent = z.object({ parts: z.array(z.unknown()).nullish().catch(null) });

export const GenerateContentResponse = z.object({
  responseId: Name,
  modelVersion: Name,
  candidates: z
    .array(
      z.looseObject({
        index: Offset,
        content: AnswerContent.nullish().catch(null),
        finishReason: Name,
        groundingMetadata: GeminiGrounding.nullish().catch(null),
      }),
    )
    .nullish()
    .catch(null),
  promptFeedback: z.looseObject({ blockReason: Name }).nullish().catch(null),
  usageMetadata: GeminiUsage.nullish().catch(null),
});
export type GenerateContentResponse = z.infer<typeof GenerateContentResponse>;
