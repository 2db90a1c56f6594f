import { AppError } from '#shared/errors.ts';
import type { ProviderCheck } from '#shared/schemas/sso.ts';
import type { Outbound } from '../../infra/outbound/index.ts';
import type { Provider } from './provider.ts';
import type { ProviderCalls } from './provider-calls.ts';

type Step = ProviderCheck['steps'][number];

export type ProviderLook = (provider: Provider) => Promise<Step[]>;

export type ProviderLookDeps = {
  calls: Pick<ProviderCalls, 'discovered'>;
  outbound: Pick<Outbound, 'request'>;
};

/** Asks a service whether it is where it is said to be; never throws for what it answers. */
export function createProviderLook({ calls, outbound }: ProviderLookDeps): ProviderLook {
  /**
   * Any answer will do: an endpoint refuses whoever comes without a code, some with a 404, but then in
   * JSON as they were asked.
   */
  async function reached(step: Step['step'], address: string): Promise<Step> {
    if (address === '') return named(step, address);
    const headers = { accept: 'application/json', 'user-agent': 'gatehouse' };
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    try {
      const answer = await outbound.request(address, {
        headersTimeoutMs: 10_000,
        ...(step === 'token'
          ? {
              method: 'POST',
              headers: { ...headers, ...form },
              body: 'grant_type=authorization_code',
            }
          : { headers }),
      });
      answer.body.destroy();
      const isJson = String(answer.headers['content-type']).includes('json');
      const lost = (answer.status === 404 && !isJson) || answer.status >= 500;
      return { step, address, ok: !lost, problem: lost ? `It answers ${answer.status}.` : '' };
    } catch (error) {
      return { step, address, ok: false, problem: textOf(error) };
    }
  }

  async function discovery(provider: Provider): Promise<Step[]> {
    const address = provider.settings.issuer;
    try {
      const found = await calls.discovered(provider);
      const steps = [
        named('discovery', address),
        named('authorization', found.authorization_endpoint ?? ''),
        await reached('token', found.token_endpoint ?? ''),
      ];
      // Everything may stand in the ID token, so this one need not be there.
      if (!found.userinfo_endpoint) return steps;
      return [...steps, await reached('userInfo', found.userinfo_endpoint)];
    } catch (error) {
      return [{ step: 'discovery', address, ok: false, problem: textOf(error) }];
    }
  }

  return async (provider) => {
    const { settings } = provider;
    if (settings.kind === 'oidc') return await discovery(provider);
    return [
      named('authorization', settings.authorizationEndpoint),
      await reached('token', settings.tokenEndpoint),
      await reached('userInfo', settings.userInfoEndpoint),
    ];
  };
}

function named(step: Step['step'], address: string): Step {
  const ok = address !== '';
  return { step, address, ok, problem: ok ? '' : 'It names none.' };
}

function textOf(error: unknown): string {
  return error instanceof AppError ? error.message : 'It cannot be called.';
}
