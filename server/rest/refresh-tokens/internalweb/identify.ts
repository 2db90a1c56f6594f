import type { IncomingMessage } from 'node:http';
import { AppError } from '#shared/errors.ts';
import { can } from '#shared/permissions.ts';
import { type Asker, requireKeeper } from '../../../features/vault-contract/index.ts';
import { credentialOf } from '../../../gateway/steps/authenticate.ts';
import { looksLikeToken } from '../../identify.ts';
import type { Asked, Caller, Identify } from '../../route-spec.ts';

/** A secret of programs, as far as this contract looks at it. */
type Holder = {
  secretId: string | null;
  name: string;
  scopes: readonly string[];
  tags: readonly string[];
  bizIds: readonly string[];
};

export type AdminIdentifyDeps = {
  /** Tells who holds an access token. */
  identify: Identify;
  addressOf(req: IncomingMessage): string;
  /** Throws AppError key_invalid, too_many_tries. */
  lookup: { find(text: string, address: string): Promise<Holder> };
};

/** Nobody in person: whoever holds a secret has no rights by a role. */
const PROGRAM = '00000000-0000-4000-8000-000000000003';
/** As the older service calls whoever comes with the secret. */
const API_USER = 'api_user';

const holders = new WeakMap<Caller, Holder>();

/** Who asks: a person who may keep accounts, or a program whose secret is for this. */
export function createAdminIdentify(deps: AdminIdentifyDeps): Identify {
  const { addressOf, identify, lookup } = deps;

  async function program(req: IncomingMessage, text: string): Promise<Caller> {
    const holder = await lookup.find(text, addressOf(req));
    if (!holder.scopes.includes('admin')) {
      throw new AppError(
        'scope_missing',
        'This secret is not for the admin API. Give it the scope "admin" in the console.',
      );
    }
    if (holder.tags.length > 0 || holder.bizIds.length > 0) {
      throw new AppError(
        'scope_missing',
        'This secret is for some accounts only; the admin API takes one that is for all.',
      );
    }
    const me = { id: PROGRAM, username: API_USER, displayName: holder.name };
    const caller: Caller = {
      me: { ...me, role: 'member', permissions: [] },
      ...{ number: 0, silenced: false, token: null },
      principal: { userId: PROGRAM, keyId: null, allowedModels: [], scopes: [], rules: [] },
    };
    holders.set(caller, holder);
    return caller;
  }

  return async (req) => {
    const text = credentialOf(req.headers);
    if (!looksLikeToken(text)) return await program(req, text);
    const caller = await identify(req, 'token');
    requireKeeper({ me: caller.me, secret: null });
    return caller;
  };
}

/**
 * Who asks, for the services. Tokens are shown to people who may see everybody's and proved lately who
 * they are, and to secrets for them; `alwaysShows` asks for no proof, and of secrets for nothing.
 */
export function askerOf(
  asked: Pick<Asked<'key', never, never, never>, 'address' | 'caller' | 'proved' | 'requestId'>,
  alwaysShows: boolean,
): Asker {
  const { address, caller, proved, requestId } = asked;
  const { me } = caller;
  const holder = holders.get(caller);
  const shows = holder
    ? alwaysShows || holder.scopes.includes('refresh-token')
    : can(me, 'vault.reveal') && (alwaysShows || proved);
  return {
    ...{ address, requestId },
    me: holder ? { ...me, username: holder.name } : me,
    secret: holder ? { id: holder.secretId } : null,
    showsTokens: shows,
  };
}
