import { pipeline } from 'node:stream/promises';
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
import { type OutboundAnswer, readWhole } from '../../infra/outbound/index.ts';
import { createRoll } from '../../infra/roll.ts';
import { PLUGIN_PLATFORM } from '../../platforms/plugin.ts';
import { begin, type Forward, type Forwarded, relay } from './plugin-forward.ts';
import { createMeter } from './plugin-meter.ts';

const DOOR = 'plugin-api';
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

  async function send(ask: PluginAsk, facts: Facts, signal: AbortSignal): Promise<void> {
    const { call, familyWish, principal, res, texts } = ask;
    const family = await service.family(principal, familyWish);
    const key = await service.open(principal.userId);
    facts.accountId = key.accountId;
    const answer = await deps.forward(key, { ...call, family, signal });
    facts.status = answer.status;
    if (answer.status < 200 || answer.status > 299) {
      facts.error = new AppError('upstream_refused', `The Plug-in API answered ${answer.status}.`);
      return await relay(res, answer);
    }
    const meter = createMeter();
    try {
      await (isStream(answer)
        ? relay(res, { ...answer, body: metered(answer.body, meter, facts) })
        : whole(res, answer, meter, facts));
    } finally {
      facts.usage = await meter.used(texts);
    }
  }

  async function* metered(
    body: AsyncIterable<Uint8Array>,
    meter: ReturnType<typeof createMeter>,
    facts: Facts,
  ) {
    for await (const chunk of body) {
      facts.firstAt ??= clock.now();
      meter.events(chunk);
      yield chunk;
    }
  }

  async function whole(
    res: Response,
    answer: OutboundAnswer,
    meter: ReturnType<typeof createMeter>,
    facts: Facts,
  ): Promise<void> {
    const message = 'The Plug-in API answered with more than 64 MB.';
    const body = await readWhole(
      answer.body,
      MOST_WHOLE_BYTES,
      () => new AppError('upstream_failed', message),
    );
    facts.firstAt = clock.now();
    meter.whole(body);
    begin(res, answer);
    await pipeline([body], res);
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
    try {
      await send(ask, facts, signal);
    } catch (thrown) {
      facts.error = toAppError(signal.aborted ? signal.reason : thrown);
      if (!ask.res.headersSent) facts.status = ERRORS[facts.error.code].http;
      throw facts.error;
    } finally {
      await settle(ask, facts, held);
    }
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
    /** Takes no part of theirs any further: the server stops. */
    async close(): Promise<void> {
      const reason = new AppError('shutting_down', 'The server is restarting. Try again.');
      for (const { abort } of roll) abort.abort(reason);
      await Promise.all([...roll].map(({ done }) => done));
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

function isStream({ headers }: OutboundAnswer): boolean {
  return /^text\/event-stream\b/i.test(headers['content-type'] ?? '');
}

function toEnded({ at, done, model, requestId: id, stream }: Run): EndedRequest {
  return { id, at, door: DOOR, model, stream, asked: true, done };
}
