import ipaddr from 'ipaddr.js';
import { AppError } from '#shared/errors.ts';
import type { SsoSettings } from '#shared/schemas/sso.ts';
import type { Outbound } from '../../infra/outbound/index.ts';

/** Those we call; browsers alone go to the authorization endpoint. */
const CALLED = ['issuer', 'tokenEndpoint', 'userInfoEndpoint', 'emailsEndpoint'] as const;

/** @throws AppError bad_request, outbound_refused for an address that may not be called. */
export function checkEndpoints(
  settings: SsoSettings,
  outbound: Pick<Outbound, 'assertAllowed'>,
): void {
  refuseOpenHttp('authorizationEndpoint', settings.authorizationEndpoint);
  for (const name of CALLED) {
    const url = settings[name];
    refuseOpenHttp(name, url);
    try {
      if (url !== '') outbound.assertAllowed(url);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      throw new AppError(error.code, error.message, { param: `settings.${name}`, cause: error });
    }
  }
}

/** @throws AppError bad_request for plain http that leaves one's own network. */
export function refuseOpenHttp(name: string, url: string): void {
  if (!url.startsWith('http:') || isNearby(new URL(url).hostname)) return;
  throw new AppError(
    'bad_request',
    'Only https keeps secrets on the way. http will do inside your own network only.',
    { param: `settings.${name}` },
  );
}

/** A name without a dot, or an address that is not of the internet. */
function isNearby(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(host)) return ipaddr.process(host).range() !== 'unicast';
  return !host.includes('.') || /\.(localhost|internal|local|lan|home\.arpa)$/.test(host);
}
