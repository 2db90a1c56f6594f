import { timingSafeEqual } from 'node:crypto';
import { AppError } from '#shared/errors.ts';
import { PLUGIN_ADMIN } from '../../features/plugin-contract/index.ts';
import { credentialOf } from '../../gateway/steps/authenticate.ts';
import { sha256hex } from '../../infra/ids.ts';
import type { Caller, Identify } from '../route-spec.ts';

export type PluginIdentifyDeps = {
  /** Tells who holds an API key. */
  identify: Identify;
  /** SHA-256 (hex) of the admin key; null = there is none, and nobody is the admin. */
  adminKeyHash: string | null;
};

const ADMIN: Caller = {
  me: PLUGIN_ADMIN,
  number: 0,
  silenced: false,
  token: null,
  principal: {
    userId: PLUGIN_ADMIN.id,
    keyId: null,
    allowedModels: [],
    scopes: [],
    rules: [],
  },
};

/** Who asks there: the holder of a user's key, or of the admin key. A disabled person's key is a wrong one. */
export function createPluginIdentify(deps: PluginIdentifyDeps): Identify {
  const { adminKeyHash, identify } = deps;
  const expected = adminKeyHash === null ? null : Buffer.from(adminKeyHash, 'hex');

  function isAdminKey(text: string): boolean {
    // Hashes are of one length, so that the comparison tells nothing of the key's own.
    return expected !== null && timingSafeEqual(Buffer.from(sha256hex(text), 'hex'), expected);
  }

  return async (req, auth) => {
    if (isAdminKey(credentialOf(req.headers))) return ADMIN;
    try {
      return await identify(req, auth);
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== 'user_disabled') throw thrown;
      throw new AppError('key_invalid', thrown.message, { cause: thrown });
    }
  };
}
