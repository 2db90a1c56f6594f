import type { IncomingMessage } from 'node:http';
import { AppError } from '#shared/errors.ts';
import type { HeldToken, Person } from '../features/tokens/index.ts';
import type { KeyLookup, Principal } from '../gateway/ports.ts';
import type { Caller, Identify } from './route-spec.ts';

export type IdentifyDeps = {
  /** The one credential of a request. Throws AppError key_missing, key_invalid. */
  credentialOf(req: IncomingMessage): string;
  /** The caller's address, asked for only where it matters. */
  addressOf(req: IncomingMessage): string;
  keys: KeyLookup & { ofUser(userId: string): Promise<Principal> };
  tokens: {
    /** Throws AppError token_invalid, token_expired, token_revoked, user_disabled. */
    verify(text: string): Promise<{ person: Person; token: HeldToken }>;
  };
  people: {
    /** Throws AppError user_disabled. */
    byId(userId: string): Promise<Person>;
  };
};

/** Says who sent a request, by access token or API key. */
export function createIdentify(deps: IdentifyDeps): Identify {
  const { credentialOf, addressOf, keys, tokens, people } = deps;

  /** Routes that take either are those of models, which silenced people may not call: `ofUser` refuses them. */
  async function byToken(text: string, asksModels: boolean): Promise<Caller> {
    const { person, token } = await tokens.verify(text);
    return { ...person, token, principal: asksModels ? await keys.ofUser(person.me.id) : null };
  }

  async function byKey(text: string, req: IncomingMessage): Promise<Caller> {
    const principal = await keys.find(text, () => addressOf(req));
    return { ...(await people.byId(principal.userId)), token: null, principal };
  }

  return (req, auth) => {
    const text = credentialOf(req);
    const token = looksLikeToken(text);
    if (auth === 'token' && !token) {
      throw new AppError('key_invalid', 'Send an access token here: sign in by /api/auth/login.');
    }
    if (auth === 'key' && token) {
      throw new AppError('key_invalid', 'Send an API key here, not an access token.');
    }
    return token ? byToken(text, auth === 'either') : byKey(text, req);
  };
}

/** Who calls models: a key, or an access token, which stands for the person without any key. */
export function createModelCaller({ keys, tokens }: Pick<IdentifyDeps, 'keys' | 'tokens'>) {
  async function byToken(text: string): Promise<Principal> {
    const { person } = await tokens.verify(text);
    return await keys.ofUser(person.me.id);
  }
  return (credential: string, address: () => string): Promise<Principal> =>
    looksLikeToken(credential) ? byToken(credential) : keys.find(credential, address);
}

/** Whether it is written as a JWT is: three parts, the first of which is a JSON object's start. */
export function looksLikeToken(text: string): boolean {
  return text.startsWith('eyJ') && /^[\w-]+\.[\w-]+\.[\w-]*$/.test(text);
}
