import type { IncomingMessage } from 'node:http';
import { AppError } from '#shared/errors.ts';
import type { SecretScope } from '#shared/schemas/vault-secrets.ts';
import {
  requireScope,
  type SecretHolder,
  type SecretLookup,
} from '../../features/vault-secrets/index.ts';
import type { Caller, Identify } from '../route-spec.ts';

export type SecretIdentifyDeps = {
  lookup: Pick<SecretLookup, 'find'>;
  addressOf(req: IncomingMessage): string;
};

/** Nobody in person: whoever holds a secret has no rights by a role. */
const PROGRAM = '00000000-0000-4000-8000-000000000003';

/** Who asks by `X-API-Secret`; refused before anything is read when the secret is for something else. */
export function createSecretIdentify({ addressOf, lookup }: SecretIdentifyDeps) {
  return (scope: Exclude<SecretScope, 'refresh-token'> | null): Identify =>
    async (req) => {
      const holder = await lookup.find(secretOf(req), addressOf(req));
      if (scope !== null) requireScope(holder, scope);
      return callerOf(holder);
    };
}

/** @throws AppError key_missing, key_invalid when it comes twice. */
function secretOf(req: IncomingMessage): string {
  const sent = req.headersDistinct['x-api-secret'] ?? [];
  const [secret = '', ...others] = sent;
  if (others.length > 0) {
    throw new AppError('key_invalid', 'Send the header X-API-Secret once.');
  }
  if (secret !== '') return secret;
  // NOTE: addresses are written into logs on the way, so a secret in one counts for nothing.
  throw new AppError(
    'key_missing',
    'Send the API secret in the header X-API-Secret; it is not read from anywhere else.',
  );
}

function callerOf(holder: SecretHolder): Caller {
  const { name } = holder;
  return {
    me: { id: PROGRAM, username: name, displayName: name, role: 'member', permissions: [] },
    number: 0,
    silenced: false,
    token: null,
    principal: { userId: PROGRAM, keyId: null, allowedModels: [], scopes: [], rules: [] },
    secret: holder,
  };
}

/** The secret a request came with, on routes that ask for one. */
export function holderOf({ secret }: Pick<Caller, 'secret'>): SecretHolder {
  if (secret) return secret;
  throw new AppError('key_missing', 'Send the API secret in the header X-API-Secret.');
}
