import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { AppError } from '#shared/errors.ts';
import { createGateway, type GatewayDeps } from '../gateway/doors.ts';
import type {
  AccountPool,
  Candidate,
  CatalogueModel,
  Outcome,
  Principal,
  TraceRecord,
  UsageRecord,
} from '../gateway/ports.ts';
import { queryOf } from '../gateway/request-query.ts';
import { credentialOf } from '../gateway/steps/authenticate.ts';
import { createServer } from '../http/create-server.ts';
import { systemClock } from '../infra/clock.ts';
import { newId } from '../infra/ids.ts';
import { createOutbound } from '../infra/outbound/index.ts';
import { hashText } from '../infra/text-hash.ts';
import { accountTag } from '../platforms/account-tag.ts';
import { createCallPlatform } from '../platforms/call-platform.ts';
import type { Platform } from '../platforms/platform.ts';
import { memoryResponses } from './memory-responses.ts';

export const USER: Principal = {
  userId: 'user-1',
  keyId: 'key-1',
  allowedModels: [],
  scopes: [],
  rules: [],
};

const LAB: CatalogueModel = {
  name: 'gpt-lab',
  routes: [{ platformId: 'lab', upstreamModel: 'tiny', weight: 1, priority: 0 }],
  price: { input: 150_000, cached: 75_000, cacheWrite: 187_500, output: 600_000 },
  createdAt: 1,
};

export type HarnessOptions = Partial<Omit<GatewayDeps, 'platform'>> & {
  accounts?: string[];
  /** False where accounts are equals among whom conversations choose. */
  ordered?: boolean;
  /** How many requests each account may have running; unlimited unless named. */
  most?: Readonly<Record<string, number>>;
  /** Accounts that rest, and until when (epoch ms). */
  resting?: Map<string, number>;
  /** What the platform behind the model is beyond one endpoint for OpenAI's chats. */
  platform?: Partial<Platform>;
  /** What looking a key up waits for. */
  known?: Promise<void>;
  /** What the key's holder is beyond USER. */
  principal?: Partial<Principal>;
};

/**
 * A gateway over real HTTP in front of a real upstream; only what features would supply is kept in
 * memory here, where a test can look at it.
 */
export async function gatewayHarness(
  upstream: { url: string; port: number },
  {
    accounts = ['a1'],
    ordered = true,
    most = {},
    resting = new Map(),
    known,
    platform,
    principal,
    ...overrides
  }: HarnessOptions = {},
) {
  const records: UsageRecord[] = [];
  const outcomes: [account: string, outcome: Outcome['kind']][] = [];
  const held = new Map<string, number>();
  const settled: number[] = [];
  const busy = new Set<string>();
  const running = new Map<string, number>();
  const count = (account: string, by: number) =>
    running.set(account, (running.get(account) ?? 0) + by);
  const traces: TraceRecord[] = [];
  const responses = memoryResponses();

  const pool: AccountPool = {
    consider: (_routes, { leansOn = [] }) => ({
      candidates: accounts
        .map((accountId, index) => ({ accountId, index }))
        .filter(({ accountId }) => !resting.has(accountId))
        .map(
          ({ accountId, index }): Candidate => ({
            accountId,
            platformId: 'lab',
            upstreamModel: 'tiny',
            weight: 1,
            // Makes the order of attempts the order of `accounts`.
            priority: ordered ? index : 0,
            own: index === 0 && ordered,
            busy: running.get(accountId) ?? 0,
            most: most[accountId] ?? null,
            remaining: 1,
            probing: false,
            leaned: leansOn.includes(accountTag(accountId)),
            place: hashText(accountId),
          }),
        ),
      skipped: [...resting].map(([accountId, until]) => ({
        accountId,
        platformId: 'lab',
        reason: 'cooling' as const,
        until,
      })),
    }),
    take: async (candidate) => {
      if (candidate.accountId === 'gone') throw new AppError('no_account', 'It was deleted.');
      busy.add(candidate.accountId);
      count(candidate.accountId, 1);
      return { ...candidate, secret: `secret-of-${candidate.accountId}`, options: {} };
    },
    answering: () => undefined,
    finish: (target, outcome) => {
      busy.delete(target.accountId);
      count(target.accountId, -1);
      outcomes.push([target.accountId, outcome.kind]);
    },
  };

  const outbound = createOutbound({ allow: ['127.0.0.1'], log: { warn: () => undefined } });
  const errors: unknown[] = [];
  const gateway = createGateway({
    clock: systemClock,
    newId,
    heartbeatMs: 60_000,
    timeoutMs: 10_000,
    random: () => 0.5,
    pool,
    models: { find: (name) => (name === LAB.name ? LAB : undefined), list: () => [LAB] },
    quotas: {
      hold: async ({ requestId, tokens }) => {
        held.set(requestId, tokens);
        return { id: requestId, limits: [] };
      },
      settle: (hold, used) => {
        if (held.delete(hold.id)) settled.push(used.tokens);
      },
    },
    rules: { of: () => [] },
    credit: {
      may: () => true,
      reserve: async (userId, model, { requestId }) => ({ userId, model, requestId }),
      settle: () => undefined,
      refusal: () => new AppError('quota_exhausted', 'No credit is left.'),
    },
    ledger: { record: async (record) => void records.push(record) },
    traces: { keep: (record) => void traces.push(record) },
    whyUrl: (id) => `https://gatehouse.test/why/${id}`,
    responses,
    platform: (id) => ({
      id,
      name: 'Lab',
      endpoints: [{ protocol: 'openai-chat', baseUrl: upstream.url, auth: 'bearer' }],
      operations: {},
      keyUrl: null,
      listsModels: true,
      models: [],
      keyOptional: false,
      ...platform,
    }),
    callPlatform: createCallPlatform({
      via: () => outbound,
      outbound,
      sandbox: () => Promise.reject(new Error('no sandbox here')),
      version: 'test',
    }),
    onInternalError: (error) => errors.push(error),
    ...overrides,
  });

  const identify = async (req: IncomingMessage) => {
    await known;
    const key = credentialOf(req.headers, queryOf(req).get('key'));
    if (key === 'gh-good') return { ...USER, ...principal };
    throw new AppError('key_invalid', 'This API key is not known here.');
  };
  const app = express();
  app.use('/v1', gateway.door({ identify }));
  app.use('/v1beta', gateway.geminiDoor({ identify }));
  app.use(...gateway.fallback);
  const server = createServer(app, gateway.shortcut({ v1: { identify }, v1beta: { identify } }));
  let left = 0;
  server.on('request', (_req, res) => {
    res.once('close', () => {
      if (!res.writableFinished) left += 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = `${origin}/v1`;

  return {
    origin,
    url,
    gateway,
    records,
    traces,
    outcomes,
    held,
    settled,
    busy,
    responses,
    errors,
    /** Requests whose client was gone before its answer was written, as the server has noticed. */
    left: () => left,
    /** POST /chat/completions with a good key. */
    chat: (body: object | string, init: RequestInit = {}) =>
      fetch(`${url}/chat/completions`, {
        method: 'POST',
        headers: { authorization: 'Bearer gh-good', 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
        ...init,
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await outbound.close();
    },
  };
}

/** What a door says, as far as tests look at it. */
export type DoorJson = {
  error: { message: string; type: string; code: string | null; param: string | null };
  choices: { message: { content: string } }[];
};

export const json = (res: Response) => res.json() as Promise<DoorJson>;

/** A small good request. */
export const ask = (more: object = {}) => ({
  model: 'gpt-lab',
  messages: [{ role: 'user', content: 'Say hello' }],
  ...more,
});
