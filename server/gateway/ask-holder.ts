import type { IncomingHttpHeaders } from 'node:http';
import { AppError, toAppError } from '#shared/errors.ts';
import { accountTag } from '../platforms/account-tag.ts';
import type { CallPlatform, Endpoint, Platform, UpstreamAnswer } from '../platforms/platform.ts';
import type {
  AccountPool,
  Candidate,
  ModelCatalogue,
  Outcome,
  Principal,
  StoredResponse,
  Target,
} from './ports.ts';
import { isObject, tryParseObject } from './protocols/body.ts';
import { PROTOCOLS } from './protocols/index.ts';
import { markSeals, readSeal } from './protocols/seals.ts';
import type { Passage } from './request.ts';
import { readOutcome } from './steps/read-outcome.ts';

export type AskHolderDeps = {
  pool: AccountPool;
  models: ModelCatalogue;
  platform: (id: string) => Platform | undefined;
  callPlatform: CallPlatform;
  timeoutMs: number;
  now: () => number;
};

/** What is asked of the account that keeps a response. */
export type HolderQuestion = {
  response: StoredResponse;
  principal: Principal;
  method: 'GET' | 'POST' | 'DELETE';
  /** Behind the response's own path, e.g. `/cancel?…`; may be empty. */
  rest: string;
  headers: IncomingHttpHeaders;
  signal: AbortSignal;
};

const FAILURES = new Set<string>(['upstream_failed', 'upstream_timeout', 'proxy_failed']);

/**
 * Asks the account that keeps a response; the bytes of its answer, null when it does not know it
 * either.
 * @throws AppError bound_elsewhere when that account cannot be asked, or what the platform's refusal
 *   or silence means.
 */
export async function askHolder(
  deps: AskHolderDeps,
  question: HolderQuestion,
): Promise<Buffer | null> {
  const { candidate, endpoint } = holderOf(deps, question);
  const { signal } = question;
  const target = await deps.pool.take(candidate);
  let outcome: Outcome = { kind: 'neutral' };
  try {
    const upstream = await deps.callPlatform(requestTo(deps, question, endpoint, target));
    const platform = deps.platform(target.platformId);
    const result = await read(upstream, target, question, { platform, now: deps.now });
    outcome = result.outcome;
    if (result.error) throw result.error;
    return result.body;
  } catch (thrown) {
    if (signal.aborted) throw toAppError(signal.reason);
    const error = toAppError(thrown);
    const platformFailed = outcome.kind === 'neutral' && FAILURES.has(error.code);
    if (platformFailed)
      outcome = { kind: 'failed', cause: 'network', message: error.message, returnsAt: null };
    throw error;
  } finally {
    deps.pool.finish(target, outcome);
  }
}

function holderOf(
  deps: AskHolderDeps,
  { principal, response }: HolderQuestion,
): { candidate: Candidate; endpoint: Endpoint } {
  const routes = deps.models.find(response.model)?.routes ?? [];
  const candidate = deps.pool
    .consider(routes, { principal, model: response.model, holder: response.heldBy?.accountId })
    .candidates.find(({ accountId }) => accountId === response.heldBy?.accountId);
  const endpoint =
    candidate &&
    deps
      .platform(candidate.platformId)
      ?.endpoints.find(({ protocol }) => protocol === 'openai-responses');
  if (candidate && endpoint) return { candidate, endpoint };
  throw new AppError(
    'bound_elsewhere',
    'This response is kept by an account that cannot be asked now: it rests, was disabled, or no longer serves the model. Try again later.',
  );
}

function requestTo(
  deps: AskHolderDeps,
  { headers, method, response, rest, signal }: HolderQuestion,
  { auth, baseUrl }: Endpoint,
  { options, proxyId, secret, upstreamModel }: Target,
) {
  const { headers: passedOn, path } = PROTOCOLS['openai-responses'];
  return {
    baseUrl,
    auth,
    path: `${path(upstreamModel, false)}/${response.id}${rest}`,
    method,
    headers: passedOn(headers),
    body: null,
    secret,
    options,
    proxyId: proxyId ?? null,
    signal,
    timeoutMs: deps.timeoutMs,
  };
}

type Read = { outcome: Outcome; body: Buffer | null; error?: AppError };

async function read(
  upstream: UpstreamAnswer,
  { accountId, secret }: Target,
  { method }: HolderQuestion,
  { now, platform }: { now: () => number; platform: Platform | undefined },
): Promise<Read> {
  if (upstream.status === 404) {
    upstream.body.destroy();
    return { outcome: { kind: 'ok' }, body: null };
  }
  const passage = passageOf(accountId, method);
  const asking = { passage, stream: false, secret, platform, now };
  const result = await readOutcome(asking, upstream);
  if ('error' in result) return { ...result, body: null };
  const { answer } = result;
  if (answer.kind === 'refused') {
    return { outcome: { kind: 'neutral' }, body: null, error: answer.error };
  }
  return { outcome: { kind: 'ok' }, body: answer.kind === 'whole' ? answer.whole.body : null };
}

/** Objects pass as they are, sealed reasoning in them marked with who can read it. */
function passageOf(accountId: string, method: HolderQuestion['method']): Passage {
  return {
    readError: PROTOCOLS['openai-responses'].readError,
    whole(bytes, contentType) {
      const json = tryParseObject(bytes.toString());
      // NOTE: what a platform says of a deletion is its own; ours is said to the client.
      if (!json && method !== 'DELETE') return { error: 'The platform sent no JSON object.' };
      const body = markSeals(bytes, sealsIn(json ?? {}), accountTag(accountId));
      return { body, contentType, text: '', usage: null, units: null };
    },
    stream() {
      throw new Error('nothing is streamed here');
    },
  };
}

/** In a response's output, or in a list of input items. */
function sealsIn({ output, data }: Record<string, unknown>) {
  return [output, data]
    .flatMap((items): unknown[] => (Array.isArray(items) ? items : []))
    .flatMap((item) => {
      const sealed = isObject(item) ? item['encrypted_content'] : null;
      return typeof sealed === 'string' && sealed !== '' ? [readSeal(sealed, 'openai')] : [];
    });
}
