import { accountTag } from '../../platforms/account-tag.ts';
import type { Endpoint, Platform } from '../../platforms/platform.ts';
import type { Door, GatewayRequest, Passage, Plan } from '../request.ts';
import { guessTokens, NO_TOKENS } from '../tokens.ts';
import { tryParseObject } from './body.ts';
import { JSON_TYPE, SSE } from './framing.ts';
import type { ArrivedCall, ChatRequest, Dialect, Protocol } from './protocol.ts';

/** How a protocol lets clients count a prompt's tokens. */
export type Counting = Dialect & {
  protocol: Protocol;
  readCountRequest(call: ArrivedCall): Pick<ChatRequest, 'model' | 'promptTexts' | 'forward'>;
  /** The answer's body. */
  writeCount(tokens: number): object;
  /** Below the base URL of a platform of this protocol. */
  countPath(model: string): string;
};

/** A door that counts: at a platform of the same protocol if one serves the model, else here. */
export function countDoor(counting: Counting): Door {
  const { errorBody, errorFrame, protocol } = counting;
  return {
    name: protocol.id,
    errorBody,
    errorFrame,
    read(call): GatewayRequest {
      const request = counting.readCountRequest(call);
      return {
        operation: 'count',
        model: request.model,
        stream: false,
        framing: SSE,
        wantsUsage: true,
        maxOutputTokens: 0,
        promptTexts: () => [],
        accounts: [],
        storedIds: [],
        previousId: null,
        store: false,
        plan: (platform) => plan(counting, request, call, platform),
      };
    },
  };
}

function plan(
  counting: Counting,
  request: ReturnType<Counting['readCountRequest']>,
  { headers }: ArrivedCall,
  platform: Platform,
): Plan {
  const { protocol } = counting;
  const same = platform.endpoints.find((endpoint) => endpoint.protocol === protocol.id);
  const passage = passed(protocol);
  return ({ accountId, upstreamModel }) => ({
    ...wayTo(same ?? platform.endpoints[0]),
    path: counting.countPath(upstreamModel),
    headers: protocol.headers(headers),
    passage,
    ...(same
      ? request.forward({
          model: upstreamModel,
          quirks: platform.quirks?.(upstreamModel) ?? {},
          account: accountTag(accountId),
        })
      : { body: Buffer.alloc(0), dropped: [], answerHere: () => countHere(counting, request) }),
  });
}

function wayTo({ baseUrl, auth }: Endpoint) {
  return { baseUrl, auth, contentType: 'application/json' };
}

/** What no platform counts for us is guessed, as it is for reserving. */
async function countHere(
  { writeCount }: Counting,
  { promptTexts }: Pick<ChatRequest, 'promptTexts'>,
): Promise<Buffer> {
  return Buffer.from(JSON.stringify(writeCount(guessTokens(promptTexts()))));
}

/**
 * A count is no answer of a model: it passes as it came and costs no tokens. Its type is ours to say,
 * for a browser would show what a platform calls a page.
 */
function passed({ readError }: Protocol): Passage {
  return {
    readError,
    whole: (body) =>
      tryParseObject(body.toString())
        ? { body, contentType: JSON_TYPE, text: '', usage: NO_TOKENS, units: null }
        : { error: 'The platform’s answer is no count of tokens.' },
    stream: () => ({ read: () => never(), end: () => null }),
  };
}

function never(): never {
  throw new Error('a count is never streamed');
}
