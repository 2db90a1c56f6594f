import { gatewayHarness, type HarnessOptions } from '../gateway-harness.ts';
import { type Respond, scriptedUpstream } from '../scripted-upstream.ts';
import type { FakePlatform, Heard } from './matrix.ts';

/** A gateway before one platform that answers as scripted. */
export async function lab(
  platform: FakePlatform,
  script: readonly Respond[],
  options: HarnessOptions = {},
) {
  const upstream = await scriptedUpstream(...script);
  const gateway = await gatewayHarness(upstream, {
    ...options,
    platform: {
      endpoints: [{ protocol: platform.protocol, baseUrl: upstream.url, auth: 'bearer' }],
      ...options.platform,
    },
  });
  return {
    upstream,
    gateway,
    origin: gateway.origin,
    /** What the platform heard in its call of that number. */
    heard(index = 0): Heard {
      const call = upstream.calls[index];
      if (!call) throw new Error('the platform was not called');
      return platform.hear(call);
    },
    /** Which account's key each call had. */
    accounts: () =>
      upstream.calls.map(({ headers }) => headers.authorization?.replace('Bearer secret-of-', '')),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}
