import { z } from 'zod';
import { RecoveryCodeText, TotpCode } from '#shared/schemas/factors.ts';
import { SignInInput } from '#shared/schemas/sessions.ts';
import type { CodeProof } from '../../../features/sessions/index.ts';
import { requireKeeper } from '../../../features/vault-contract/index.ts';
import type { Rest } from '../../rest.ts';
import type { AuthDeps } from '../../shared-accounts/auth-deps.ts';
import { adminSignInErrors } from './dialect.ts';

export type SignInDeps = Pick<AuthDeps, 'signIn' | 'tokens'>;

const Login = SignInInput.extend({
  /** Of whoever has a second factor, one of the two. */
  totp_code: TotpCode.optional(),
  recovery_code: RecoveryCodeText.optional(),
});

/** POST /internalweb/v1/auth/login: contract 003, 3.2. The token is an access token like any other. */
export function addSignIn(rest: Rest, { signIn, tokens }: SignInDeps): void {
  rest.route(
    {
      method: 'POST',
      path: '/internalweb/v1/auth/login',
      summary: 'Sign in with user name and password',
      tag: 'Refresh tokens',
      auth: 'none',
      body: Login,
      answers: { 200: z.object({ token: z.string(), username: z.string() }) },
      errors: adminSignInErrors,
    },
    async ({ body, ...from }) => {
      const visitor = { ...from, sessionId: null };
      const { means, ...who } = await signIn.prove({ ...body, proof: proofOf(body) }, visitor);
      requireKeeper({ me: who.me, secret: null });
      const { accessToken } = await tokens.start(who, from, means);
      return { token: accessToken, username: who.me.username };
    },
  );
}

function proofOf({ recovery_code, totp_code }: z.output<typeof Login>): CodeProof | null {
  if (totp_code !== undefined) return { by: 'code', code: totp_code };
  return recovery_code === undefined ? null : { by: 'recovery', code: recovery_code };
}
