import type { ServerResponse } from 'node:http';
import type { ReceivedCall } from '../scripted-upstream.ts';
import type { FakePlatform, Say } from './matrix.ts';
import { at, halves, list, sendEvents, sendJson, str } from './respond.ts';

const HEAD = { modelVersion: 'tiny', responseId: 'up' };
const USAGE = {
  promptTokenCount: 7,
  candidatesTokenCount: 2,
  thoughtsTokenCount: 1,
  totalTokenCount: 10,
};

/**
 * Source: https://ai.google.dev/api/generate-content, https://ai.google.dev/gemini-api/docs/thinking and
 * https://ai.google.dev/gemini-api/docs/thought-signatures
 */
export const geminiPlatform: FakePlatform = {
  protocol: 'gemini',
  hear(call) {
    const body = call.json;
    const contents = list(body, 'contents');
    const parts = contents.flatMap((content) => list(content, 'parts'));
    const users = contents.filter((content) => at(content, 'role') === 'user');
    const config = at(body, 'generationConfig');
    const thinking = at(config, 'thinkingConfig');
    return {
      prompts: present(
        users.flatMap((user) => list(user, 'parts')),
        'text',
      ),
      tools: list(body, 'tools')
        .flatMap((tool) => list(tool, 'functionDeclarations'))
        .map((tool) => ({
          name: str(tool, 'name'),
          schema: at(tool, 'parametersJsonSchema') ?? at(tool, 'parameters'),
        })),
      images: present(parts, 'inlineData', 'data'),
      thinks:
        str(thinking, 'thinkingLevel').toLowerCase() === 'high' ||
        Number(at(thinking, 'thinkingBudget') ?? 0) > 0,
      schema: at(config, 'responseJsonSchema') ?? at(config, 'responseSchema'),
      results: parts.flatMap((part) => {
        const response = at(part, 'functionResponse', 'response');
        return response ? [JSON.stringify(response)] : [];
      }),
      seals: present(parts, 'thoughtSignature'),
      stream: call.path.includes(':streamGenerateContent'),
    };
  },
  say: (what) => (call, res) =>
    isStream(call)
      ? sendEvents(res, pieces(what))
      : sendJson(res, 200, whole(partsOf(what), { finishReason: 'STOP' })),
  refuse: (status, message, headers) => (_call, res) =>
    sendJson(res, status, { error: { code: status, message, status: 'SCRIPTED' } }, headers),
  failMidway: (message) => (_call, res) =>
    sendEvents(res, [
      whole([{ text: 'Hel' }]),
      { error: { code: 503, message, status: 'UNAVAILABLE' } },
    ]),
  hang: () => (_call, res: ServerResponse) =>
    sendEvents(res, [whole([{ text: 'Hel' }])], { open: true }),
};

function present(parts: unknown[], ...path: string[]): string[] {
  return parts.map((part) => str(part, ...path)).filter((text) => text !== '');
}

function isStream(call: ReceivedCall): boolean {
  return call.path.includes(':streamGenerateContent?alt=sse');
}

function whole(parts: object[], more: object = {}) {
  const candidates = [{ index: 0, content: { role: 'model', parts }, ...more }];
  return { ...HEAD, candidates, usageMetadata: USAGE };
}

/** A signature stands on the part behind the thoughts. */
function partsOf({ thought, text, call }: Say): object[] {
  const seal = thought && { thoughtSignature: thought.seal };
  const parts: object[] = [];
  if (thought) parts.push({ text: thought.text, thought: true });
  if (text) parts.push({ text, ...seal });
  if (call) {
    parts.push({ functionCall: { name: call.name, args: call.arguments }, ...(!text && seal) });
  }
  return parts;
}

function pieces(what: Say): object[] {
  const cut = partsOf(what).flatMap((part): object[] => {
    if (!('text' in part)) return [part];
    const [first, second] = halves(String(part.text));
    const { thoughtSignature, ...rest } = part as { thoughtSignature?: string };
    const seal = thoughtSignature === undefined ? {} : { thoughtSignature };
    return [
      { ...rest, text: first },
      { ...rest, text: second, ...seal },
    ];
  });
  return cut.map((part, index) =>
    whole([part], index === cut.length - 1 ? { finishReason: 'STOP' } : {}),
  );
}
