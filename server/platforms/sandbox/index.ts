import { AppError } from '#shared/errors.ts';
import { SandboxOptions } from '#shared/schemas/accounts.ts';
import type { Clock } from '../../infra/clock.ts';
import { newId } from '../../infra/ids.ts';
import type { CallPlatform, UpstreamAnswer, UpstreamRequest } from '../platform.ts';
import { ChatRequest } from './chat-request.ts';
import { BEHAVIOURS, type Behaviour, sandboxPlatform } from './declaration.ts';
import { type Reply, replyTo } from './reply.ts';
import { wait } from './wait.ts';
import * as wire from './wire.ts';

export type SandboxDeps = {
  clock: Clock;
  /** 0 to 1, 1 excluded: decides which requests fail. */
  random: () => number;
};

const RETRY_AFTER_S = '2';

/**
 * Answers `POST /chat/completions` and `GET /models` in this process. Waits go through the clock; the
 * account's options (SandboxOptions) override how the model behaves.
 * @throws AppError upstream_timeout when it is told to be slower than the request allows; when the
 * request's signal aborts, the signal's own reason.
 */
export function createSandbox({ clock, random }: SandboxDeps): CallPlatform {
  async function chat(request: UpstreamRequest): Promise<UpstreamAnswer> {
    const read = readChat(request.body);
    if ('refusal' in read) return read.refusal;
    const { input, behaviour: usual } = read;
    const behaviour = { ...usual, ...SandboxOptions.parse(request.options) } as Behaviour;
    const fails = behaviour.errorRate > 0 && random() < behaviour.errorRate;

    const reply = replyTo(input);
    const writing = input.stream || fails ? 0 : behaviour.tokenMs * reply.tokens.length;
    await waitForHeaders(behaviour.latencyMs + writing, request);
    if (fails) return rehearsedFailure(behaviour.errorStatus);

    const head: wire.Head = {
      id: `chatcmpl-${newId(clock)}`,
      created: Math.floor(clock.now() / 1000),
      model: input.model,
    };
    if (!input.stream) return json(200, wire.completion(head, reply));
    const withUsage = input.stream_options?.include_usage === true;
    return streamed(request.signal, (signal) =>
      events({ head, reply, withUsage, tokenMs: behaviour.tokenMs, signal }),
    );
  }

  async function waitForHeaders(ms: number, { signal, timeoutMs }: UpstreamRequest) {
    const late = timeoutMs > 0 && ms > timeoutMs;
    await wait(clock, late ? timeoutMs : ms, signal);
    if (late) throw new AppError('upstream_timeout', 'The sandbox did not answer in time.');
  }

  async function* events(answer: {
    head: wire.Head;
    reply: Reply;
    withUsage: boolean;
    tokenMs: number;
    signal: AbortSignal;
  }): AsyncGenerator<Uint8Array> {
    const { head, reply, withUsage, tokenMs, signal } = answer;
    const usage = withUsage ? null : undefined;
    yield event(wire.chunk(head, { delta: wire.opening(head, reply), finishReason: null }, usage));
    for (const [index, text] of reply.tokens.entries()) {
      if (index > 0) await wait(clock, tokenMs, signal);
      signal.throwIfAborted();
      yield event(wire.chunk(head, { delta: wire.token(reply, text), finishReason: null }, usage));
    }
    yield event(wire.chunk(head, { delta: {}, finishReason: reply.finishReason }, usage));
    if (withUsage) yield event(wire.chunk(head, null, reply.usage));
    yield Buffer.from('data: [DONE]\n\n');
  }

  return async (request) => {
    request.signal.throwIfAborted();
    const { method, path } = request;
    if (method === 'GET' && path === '/models') return json(200, modelList());
    if (method === 'POST' && path === '/chat/completions') return chat(request);
    return json(404, wire.requestError(`The sandbox has no ${method} ${path}.`, null, 'not_found'));
  };
}

function readChat(body: Buffer | null) {
  let raw: unknown;
  try {
    raw = JSON.parse(body?.toString('utf8') ?? '');
  } catch {
    return { refusal: json(400, wire.requestError('The body is not JSON.', null, null)) };
  }
  const parsed = ChatRequest.safeParse(raw);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const param = issue?.path.join('.') || null;
    const message = `${param ?? 'body'}: ${issue?.message ?? 'not valid'}`;
    return { refusal: json(400, wire.requestError(message, param, null)) };
  }
  const { model } = parsed.data;
  const behaviour = Object.hasOwn(BEHAVIOURS, model) ? BEHAVIOURS[model] : undefined;
  if (!behaviour) {
    const message = `The sandbox has no model \`${model}\`; it has ${sandboxPlatform.models.join(', ')}.`;
    return { refusal: json(404, wire.requestError(message, 'model', 'model_not_found')) };
  }
  return { input: parsed.data, behaviour };
}

function modelList(): unknown {
  const data = sandboxPlatform.models.map((id) => ({
    id,
    object: 'model',
    created: 0,
    owned_by: 'gatehouse',
  }));
  return { object: 'list', data };
}

function rehearsedFailure(status: Behaviour['errorStatus']): UpstreamAnswer {
  const retry = status === 429 ? { 'retry-after': RETRY_AFTER_S } : {};
  return json(status, wire.rehearsedError(status), retry);
}

function event(data: unknown): Uint8Array {
  return Buffer.from(`data: ${JSON.stringify(data)}\n\n`);
}

function json(status: number, data: unknown, headers: Record<string, string> = {}): UpstreamAnswer {
  const bytes = Buffer.from(JSON.stringify(data));
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'content-length': String(bytes.length),
      ...headers,
    },
    body: {
      async *[Symbol.asyncIterator]() {
        yield bytes;
      },
      destroy() {},
    },
  };
}

/** An event stream that ends when the request's signal aborts or the body is destroyed. */
function streamed(
  asked: AbortSignal,
  write: (signal: AbortSignal) => AsyncGenerator<Uint8Array>,
): UpstreamAnswer {
  const own = new AbortController();
  const chunks = write(AbortSignal.any([asked, own.signal]));
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
    body: {
      [Symbol.asyncIterator]: () => chunks,
      destroy: (error) => own.abort(error),
    },
  };
}
