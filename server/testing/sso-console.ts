import { buildSso } from '#server/features/sso/index.ts';
import { createOutbound } from '#server/infra/outbound/index.ts';
import type { SsoSettings } from '#shared/schemas/sso.ts';
import { SSO_PRESETS } from '#shared/sso-presets.ts';
import type { Answer, Browser } from './browser.ts';
import { type ConsoleBase, startConsole } from './console.ts';
import { CLIENT } from './sign-in-services.ts';

/**
 * The console with sign-in by other services for real. Of private addresses only 127.0.0.1 may be
 * called.
 */
export async function startSsoConsole() {
  let parts: ReturnType<typeof wire> | undefined;
  function wire(base: ConsoleBase) {
    const { audit, cipher, clock, db, log, people } = base;
    const outbound = createOutbound({ allow: ['127.0.0.1'], log });
    const services = buildSso({
      ...{ audit, cipher, clock, db, log, outbound },
      ...people.forSso,
      admit: people.admit,
      environment: null,
    });
    return { outbound, services };
  }
  const console = await startConsole({
    features(base) {
      parts = wire(base);
      return parts.services;
    },
  });
  if (!parts) throw new Error('the console asked for no features');
  const { outbound, services } = parts;
  const admin = (await console.signedIn('admin')).browser;
  let made = 0;
  let address = 0;

  /** Adds a service as an admin does. @returns its id. */
  async function addService(
    preset: keyof typeof SSO_PRESETS,
    settings: Partial<SsoSettings>,
    id = `service-${++made}`,
  ): Promise<string> {
    const answer = await admin.mutate('sso.saveProvider', {
      id,
      name: `Service ${id}`,
      enabled: true,
      clientId: CLIENT.id,
      secret: CLIENT.secret,
      settings: { ...SSO_PRESETS[preset].settings, ...settings },
      isNew: true,
    });
    if (answer.error) throw new Error(answer.text);
    return id;
  }

  return {
    ...console,
    console,
    services,
    admin,
    addService,
    /** A plain OAuth 2.0 service at this address. */
    addOauth: (url: string, settings: Partial<SsoSettings> = {}) =>
      addService('linuxdo', {
        authorizationEndpoint: `${url}/oauth2/authorize`,
        tokenEndpoint: `${url}/oauth2/token`,
        userInfoEndpoint: `${url}/api/user`,
        ...settings,
      }),
    /** A browser whose tries count against no other test's. */
    stranger() {
      address += 1;
      return console.browser({ address: `10.9.${address >> 8}.${address & 255}` });
    },
    /** Who may register. */
    async registration(mode: 'closed' | 'approval' | 'open') {
      const value = { mode };
      const where = { name: 'registration' };
      await console.db.setting.upsert({ where, create: { ...where, value }, update: { value } });
    },
    async [Symbol.asyncDispose]() {
      await outbound.close();
      await console[Symbol.asyncDispose]();
    },
  };
}
export type SsoConsole = Awaited<ReturnType<typeof startSsoConsole>>;

/** Begins a sign-in (or a link) and gives what the service is sent. */
export async function begin(browser: Browser, provider: string, more: { next?: string } = {}) {
  return await beginBy('sso.begin', browser, { provider, ...more });
}
export async function beginLink(browser: Browser, provider: string) {
  return await beginBy('sso.link', browser, { provider });
}
export async function beginProof(browser: Browser, provider: string, next = '/') {
  return await beginBy('sso.prove', browser, { provider, next });
}

async function beginBy(path: string, browser: Browser, input: object) {
  const answer = await browser.mutate(path, input);
  if (answer.error) throw new Error(answer.text);
  const { address } = answer.data as { address: string };
  const url = new URL(address);
  return { address, url, state: url.searchParams.get('state') ?? '' };
}

/** Comes back as our page does. */
export function finish(
  browser: Browser,
  provider: string,
  more: { state: string; code?: string; iss?: string; error?: string },
): Promise<Answer> {
  return browser.mutate('sso.finish', { provider, code: 'good-code', ...more });
}

/** Begins and comes back at once, with the one code a scripted service knows. */
export async function signInAt(browser: Browser, provider: string, next = '/'): Promise<Answer> {
  const { state } = await begin(browser, provider, { next });
  return await finish(browser, provider, { state });
}
