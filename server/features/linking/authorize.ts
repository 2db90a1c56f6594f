import { createHash, randomBytes } from 'node:crypto';
import type { OpenedClient } from '../oauth-clients/index.ts';

/** RFC 7636, section 4.1. */
export const newVerifier = (): string => randomBytes(48).toString('base64url');

/** Where a browser signs in (RFC 6749, 4.1.1; RFC 7636, 4.3). */
export function authorizationUrl(
  { clientId, settings }: OpenedClient,
  { redirectUri, state, verifier }: { redirectUri: string; state: string; verifier: string | null },
): string {
  const url = new URL(settings.authorizationEndpoint);
  for (const [name, value] of Object.entries(settings.authorizeParams)) {
    url.searchParams.set(name, value);
  }
  url.searchParams.set('response_type', 'code');
  url.searchParams.set('client_id', clientId);
  url.searchParams.set('redirect_uri', redirectUri);
  url.searchParams.set('state', state);
  if (settings.scopes !== '') url.searchParams.set('scope', settings.scopes);
  if (verifier !== null) {
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    url.searchParams.set('code_challenge', challenge);
    url.searchParams.set('code_challenge_method', 'S256');
  }
  return url.href;
}

/** What a browser was sent back with. */
export type CameBack = { state: string; code: string; error: string };

/** What stands in an address that a browser was sent back to; null = it is none. */
export function readAddress(text: string): CameBack | null {
  const address = /^[\w.-]+(:\d+)?\/\S*\?/.test(text) ? `http://${text}` : text;
  if (!URL.canParse(address)) return null;
  const { hash, searchParams } = new URL(address);
  // Some platforms answer behind the "#".
  const behind = new URLSearchParams(hash.slice(1));
  const part = (name: string) => searchParams.get(name) ?? behind.get(name) ?? '';
  const said = [part('error'), part('error_description')].filter(Boolean).join(': ');
  return { state: part('state'), code: part('code'), error: said };
}

/** Words of a platform, fit to be shown: one line, no control characters, not too long. */
export function plainWords(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
    .slice(0, 300);
}
