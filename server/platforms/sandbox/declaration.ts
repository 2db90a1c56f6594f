import type { Platform } from '../platform.ts';

/**
 * The built-in sandbox: speaks the OpenAI chat protocol in this process, without network, key or cost,
 * so that set-up, limits and failover can be rehearsed. Source: this folder.
 */
export const sandboxPlatform: Platform = {
  id: 'sandbox',
  name: 'Sandbox',
  endpoints: [{ protocol: 'openai-chat', baseUrl: null, auth: 'none' }],
  operations: {},
  keyOptional: true,
  keyUrl: null,
  listsModels: true,
  models: ['sandbox-echo', 'sandbox-slow', 'sandbox-flaky'],
};

/** How a model answers unless the account says otherwise; waits in milliseconds, rate 0 to 1. */
export type Behaviour = {
  latencyMs: number;
  tokenMs: number;
  errorRate: number;
  errorStatus: 401 | 429 | 500 | 503;
};

export const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  'sandbox-echo': { latencyMs: 0, tokenMs: 0, errorRate: 0, errorStatus: 503 },
  'sandbox-slow': { latencyMs: 1_500, tokenMs: 80, errorRate: 0, errorStatus: 503 },
  'sandbox-flaky': { latencyMs: 0, tokenMs: 0, errorRate: 0.5, errorStatus: 503 },
};
