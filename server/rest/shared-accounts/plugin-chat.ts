import type { Response } from 'express';
import { AppError, ERRORS, toAppError } from '#shared/errors.ts';
import type { PluginApiService } from '../../features/plugin-api/index.ts';
import type {
  EndedRequest,
  Hold,
  ModelCatalogue,
  Principal,
  QuotaGate,
  QuotaRules,
  RunningRequests,
  TokenUsage,
  UsageLedger,
} from '../../gateway/ports.ts';
import { priceOf } from '../../gateway/steps/price-of.ts';
import { guessTokens, NO_TOKENS } from '../../gateway/tokens.ts';
import type { Clock } from '../../infra/clock.ts';
import { readWhole } from '../../infra/outbound/index.ts';
import { createRoll } from '../../infra/roll.ts';
import type { UpstreamAnswer } from '../../platforms/platform.ts';
import { PLUGIN_PLATFORM } from '../../platforms/plugin.ts';
import { unmasked } from '../../platforms/plugin-calls.ts';
import { type Forward, type Forwarded, relay } from './plugin-forward.ts';
import { createMeter } from './plugin-meter.ts';

const DOOR = 'plugin-api';
const NOTHING = Buffer.alloc(0);
const DONE = '[DONE]';
const MOST_WHOLE_BYTES = 64 * 1024 * 1024;
/** Reserved for an answer whose length the client did not limit. */
const UNLIMITED_ANSWER_TOKENS = 1024;

export type PluginChatDeps = {
  service: Pick<PluginApiService, 'open' | 'family'>;
  forward: Forward;
  ledger: UsageLedger;
  quotas: QuotaGate;
  rules: QuotaRules;
  models: Pick<ModelCatalogue, 'find'>;
  clock: Clock;
};

/** A request for a model, understood as far as is needed to account for it. */
export type PluginAsk = {
  requestId: string;
  principal: Principal;
  res: Response;
  signal: AbortSignal;
  /** The family that a signed-in person names. */
  familyWish: string | null;
  model: string;
  stream: boolean;
  maxOutputTokens: number | null;
  texts: readonly string[];
  call: Omit<Forwarded, 'signal' | 'family'>;
};

type Facts = {
  at: number;
  accountId: string | null;
  usage: TokenUsage;
  status: number;
  error: AppError | null;
  firstAt: number | null;
};

type Run = PluginAsk & { at: number; abort: AbortController; done: Promise<void> };

/**
 * Calls of models by the Plug-in API itself: under the limits of whoever asks, with one usage record
 * each, and with its own words and statuses in the answer. No account rests for what goes wrong here.
 */
export function createPluginChat(deps: PluginChatDeps) {
  const { clock, ledger, models, quotas, rules, service } = deps;
  const roll = createRoll<Run>();

  async function hold(ask: PluginAsk): Promise<Hold> {
    const { maxOutputTokens, model, principal, requestId, texts } = ask;
    const inputTokens = guessTokens(texts);
    const outputTokens = maxOutputTokens ?? UNLIMITED_ANSWER_TOKENS;
    const cost = costOf(model, { ...NO_TOKENS, inputTokens, outputTokens }) ?? 0;
    const tokens = inputTokens + outputTokens;
    const all = [...principal.rules, ...rules.of('model', model)];
    return await quotas.hold({ requestId, rules: all, tokens, cost });
  }

  function costOf(model: string, usage: TokenUsage): number | null {
    const price = models.find(model)?.price;
    return price ? priceOf(price, usage, { requests: 1 }) : null;
  }

  /** Resolves with the end of the answer, which goes out once the record is safe. */
  async function send(ask: PluginAsk, facts: Facts, signal: AbortSignal): Promise<Buffer> {
    const { call, familyWish, principal, res, texts } = ask;
    const family = await service.family(principal, familyWish);
    const key = await service.open(principal.userId);
    facts.accountId = key.accountId;
    const answer = await unmasked(await deps.forward(key, { ...call, family, signal }));
    facts.status = answer.status;
    if (answer.status < 200 || answer.status > 299) {
      facts.error = new AppError('upstream_refused', `The Plug-in API answered ${answer.status}.`);
      await relay(res, answer, signal);
      return NOTHING;
    }
    const meter = createMeter();
    const read = isStream(answer) ? meter.events : meter.whole;
    const body = isStream(answer) ? answer.body : [await wholeOf(answer)];
    const last: Uint8Array[] = [];
    async function* metered() {
      for await (const chunk of body) {
        facts.firstAt ??= clock.now();
        read(chunk);
        if (
          last.length > 0 ||
          Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).includes(DONE) ||
          !isStream(answer)
        )
          last.push(chunk);
        else yield chunk;
      }
    }
    try {
      await relay(res, { ...answer, body: metered() }, signal);
    } finally {
      facts.usage = await meter.used(texts);
    }
    return Buffer.concat(last);
  }

  /** Closes the books once, whatever became of it. */
  async function settle(ask: PluginAsk, facts: Facts, held: Hold): Promise<void> {
    const { accountId, at, error, firstAt, status, usage } = facts;
    const { model, principal, requestId, stream } = ask;
    const cost = error?.code === 'upstream_refused' ? 0 : costOf(model, usage);
    try {
      await ledger.record({
        ...usage,
        id: requestId,
        createdAt: at,
        userId: principal.userId,
        keyId: principal.keyId,
        door: DOOR,
        operation: 'chat',
        units: null,
        ...{ model, upstreamModel: model, platformId: PLUGIN_PLATFORM, accountId, stream },
        outcome: error === null ? 'ok' : error.code === 'client_closed' ? 'aborted' : error.code,
        status,
        error: error?.message ?? null,
        attempts: accountId === null ? 0 : 1,
        cost,
        latencyMs: Math.max(0, clock.now() - at),
        firstTokenMs: firstAt === null ? null : Math.max(0, firstAt - at),
      });
    } finally {
      const tokens = usage.inputTokens + usage.outputTokens;
      quotas.settle(held, { tokens, cost: cost ?? 0 });
    }
  }

  async function run(ask: PluginAsk, at: number, signal: AbortSignal): Promise<void> {
    const facts: Facts = {
      ...{ at, accountId: null, usage: NO_TOKENS, status: 200, error: null, firstAt: null },
    };
    const held = await hold(ask);
    let last: Buffer = NOTHING;
    try {
      last = await send(ask, facts, signal);
    } catch (thrown) {
      facts.error = toAppError(signal.aborted ? signal.reason : thrown);
      if (!ask.res.headersSent) {
        facts.status = ERRORS[facts.error.code].http;
        throw facts.error;
      }
      last = errorEvent(ask, facts.error);
    } finally {
      await settle(ask, facts, held);
    }
    ask.res.end(last);
  }

  const requests: RunningRequests = {
    users: () => new Set([...roll].map(({ principal }) => principal.userId)),
    end: (userId, reason, until = Number.POSITIVE_INFINITY) =>
      [...roll]
        .filter(({ abort, at, principal }) => {
          return principal.userId === userId && at <= until && !abort.signal.aborted;
        })
        .map((one) => {
          one.abort.abort(reason);
          return toEnded(one);
        }),
  };

  return {
    /** What runs here, for whoever must end it. */
    requests,
    /** @throws AppError model_not_allowed, scope_missing; limits that refuse; what `forward` throws. */
    async serve(ask: PluginAsk): Promise<void> {
      admit(ask);
      const abort = new AbortController();
      const at = clock.now();
      const work = run(ask, at, AbortSignal.any([ask.signal, abort.signal]));
      const done = work.catch(() => undefined);
      const leave = roll.add({ ...ask, at, abort, done });
      await work.finally(leave);
    },
    /** Waits for what runs at most so long, then ends it. */
    async drain(ms: number): Promise<void> {
      const cancel = clock.setTimer(ms, () => {
        const reason = new AppError('shutting_down', 'The server is restarting. Try again.');
        for (const { abort } of roll) abort.abort(reason);
      });
      await Promise.all([...roll].map(({ done }) => done));
      cancel();
    },
  };
}
export type PluginChat = ReturnType<typeof createPluginChat>;

function admit({ model, principal: { allowedModels, scopes } }: PluginAsk): void {
  if (scopes.length > 0 && !scopes.includes('chat')) {
    throw new AppError('scope_missing', 'This key is not for chats. Its owner can change that.');
  }
  if (allowedModels.length > 0 && !allowedModels.includes(model)) {
    throw new AppError('model_not_allowed', `This key may not use the model "${model}".`);
  }
}

async function wholeOf({ body }: UpstreamAnswer): Promise<Buffer> {
  const message = 'The Plug-in API answered with more than 64 MB.';
  return await readWhole(body, MOST_WHOLE_BYTES, () => new AppError('upstream_failed', message));
}

/** What a client that has begun to read a stream is told when it breaks: never a quiet end. */
function errorEvent({ stream }: PluginAsk, { code, message }: AppError): Buffer {
  if (!stream) return NOTHING;
  const error = { message, type: 'upstream_error', code: ERRORS[code].http };
  return Buffer.from(`\n\ndata: ${JSON.stringify({ error })}\n\n`);
}

/** What runs in one place and in another, as one. */
export function together(first: RunningRequests, second: RunningRequests): RunningRequests {
  return {
    users: () => new Set([...first.users(), ...second.users()]),
    end: (...who) => [...first.end(...who), ...second.end(...who)],
  };
}

function isStream({ headers }: UpstreamAnswer): boolean {
  return /^text\/event-stream\b/i.test(String(headers['content-type'] ?? ''));
}

function toEnded({ at, done, model, requestId: id, stream }: Run): EndedRequest {
  return { id, at, door: DOOR, model, stream, asked: true, done };
}
