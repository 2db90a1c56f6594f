import {
  ApiError,
  type Content,
  type GenerateContentParameters,
  type GenerateContentResponse,
  GoogleGenAI,
  type Part,
  ThinkingLevel,
} from '@google/genai';
import type { Ask, Client, Got } from './matrix.ts';

export const geminiClient: Client = {
  protocol: 'gemini',
  seals: true,
  statusOf: (error) => (error instanceof ApiError ? error.status : null),
  async ask(origin, ask, signal) {
    const sdk = new GoogleGenAI({ apiKey: 'gh-good', httpOptions: { baseUrl: origin } });
    const params: GenerateContentParameters = {
      model: 'gpt-lab',
      contents: contents(ask),
      config: {
        ...(signal && { abortSignal: signal }),
        ...(ask.tool && {
          tools: [
            {
              functionDeclarations: [
                { name: ask.tool.name, parametersJsonSchema: ask.tool.schema },
              ],
            },
          ],
        }),
        ...(ask.think && {
          thinkingConfig: { thinkingLevel: ThinkingLevel.HIGH, includeThoughts: true },
        }),
        ...(ask.schema && {
          responseMimeType: 'application/json',
          responseJsonSchema: ask.schema,
        }),
      },
    };
    if (!ask.stream) {
      const answer = await sdk.models.generateContent(params);
      return got(partsOf(answer), answer, 0);
    }
    const parts: Part[] = [];
    let last: GenerateContentResponse | null = null;
    for await (const chunk of await sdk.models.generateContentStream(params)) {
      parts.push(...partsOf(chunk));
      if (chunk.usageMetadata) last = chunk;
    }
    return got(parts, last, parts.filter(({ text, thought }) => text && !thought).length);
  },
};

function contents({ history, image, prompt }: Ask): Content[] {
  const asked: Content = {
    role: 'user',
    parts: [
      { text: prompt },
      ...(image ? [{ inlineData: { mimeType: 'image/png', data: image } }] : []),
    ],
  };
  if (!history) return [asked];
  const { got: answer, prompt: before, result } = history;
  const call = answer.calls[0];
  return [
    { role: 'user', parts: [{ text: before }] },
    { role: 'model', parts: answer.turn as Part[] },
    call && result !== undefined
      ? {
          role: 'user',
          parts: [{ functionResponse: { name: call.name, response: { output: result } } }],
        }
      : asked,
  ];
}

function partsOf(answer: GenerateContentResponse): Part[] {
  return answer.candidates?.[0]?.content?.parts ?? [];
}

function got(parts: Part[], answer: GenerateContentResponse | null, pieces: number): Got {
  const usage = answer?.usageMetadata;
  return {
    text: parts.map(({ text, thought }) => (thought ? '' : (text ?? ''))).join(''),
    thought: parts.map(({ text, thought }) => (thought ? (text ?? '') : '')).join(''),
    calls: parts.flatMap(({ functionCall: call }) =>
      call ? [{ id: call.id ?? '', name: call.name ?? '', arguments: call.args }] : [],
    ),
    input: usage?.promptTokenCount ?? -1,
    output: (usage?.candidatesTokenCount ?? 0) + (usage?.thoughtsTokenCount ?? 0),
    pieces,
    turn: parts,
  };
}
