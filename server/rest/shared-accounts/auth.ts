import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import { RecoveryCodeText, TotpCode } from '#shared/schemas/factors.ts';
import { SignInInput } from '#shared/schemas/sessions.ts';
import { addressKey, type CodeProof } from '../../features/sessions/index.ts';
import { sharedAccountsErrors } from '../dialects.ts';
import type { Rest } from '../rest.ts';
import type { AuthDeps } from './auth-deps.ts';
import { Done, LoginAnswer, pairOf, TokenAnswer, User, userOf } from './auth-shapes.ts';

const Login = SignInInput.extend({
  /** Of whoever has a second factor, one of the two. */
  totp_code: TotpCode.optional(),
  recovery_code: RecoveryCodeText.optional(),
});
const Refresh = z.object({ refresh_token: z.string().min(1).max(200) });
const common = { tag: 'Sign-in', errors: sharedAccountsErrors } as const;

/** /api/auth: contract 000, section 3.1, without sign-in by other services (sso.ts). */
export function addAuth(rest: Rest, { signIn, tokens, profiles, limiters }: AuthDeps): void {
  rest.route(
    {
      ...common,
      method: 'POST',
      path: '/api/auth/login',
      summary: 'Sign in with user name and password',
      auth: 'none',
      body: Login,
      answers: { 200: LoginAnswer },
    },
    async ({ body, ...from }) => {
      const visitor = { ...from, sessionId: null };
      const { means, ...who } = await signIn.prove({ ...body, proof: proofOf(body) }, visitor);
      const pair = await tokens.start(who, from, means);
      return { ...pairOf(pair), user: userOf(await profiles.of(who.me.id)) };
    },
  );

  rest.route(
    {
      ...common,
      method: 'POST',
      path: '/api/auth/refresh',
      summary: 'The next tokens for a refresh token, which is good once',
      auth: 'none',
      body: Refresh,
      answers: { 200: TokenAnswer },
    },
    async ({ body, ...from }) => pairOf(await tokens.refresh(body.refresh_token, from)),
  );

  rest.route(
    {
      ...common,
      method: 'POST',
      path: '/api/auth/logout',
      summary: 'End this sign-in: its access and refresh tokens',
      auth: 'token',
      // Of older clients; the sign-in ends with all of its tokens, whether or not they send one.
      body: z.object({ refresh_token: z.string().max(200).nullish() }).nullish(),
      answers: { 200: Done },
    },
    async ({ caller, ...asked }) => {
      await tokens.end(asked, caller.token.familyId);
      return { message: 'You are signed out.', success: true as const };
    },
  );

  rest.route(
    {
      ...common,
      method: 'POST',
      path: '/api/auth/logout-all',
      summary: 'End every sign-in of yours, those of browsers too',
      auth: 'token',
      answers: { 200: Done },
    },
    async (asked) => {
      await tokens.endAll(asked, { sessions: true });
      return { message: 'You are signed out everywhere.', success: true as const };
    },
  );

  rest.route(
    {
      ...common,
      method: 'GET',
      path: '/api/auth/me',
      summary: 'Who you are',
      auth: 'token',
      answers: { 200: User },
    },
    async ({ me }) => userOf(await profiles.of(me.id)),
  );

  rest.route(
    {
      ...common,
      method: 'GET',
      path: '/api/auth/check-username',
      summary: 'Whether a user name is taken',
      auth: 'none',
      query: z.object({ username: z.string().trim().min(1).max(64) }),
      answers: {
        200: z.object({ exists: z.boolean(), message: z.string(), username: z.string() }),
      },
    },
    async ({ query: { username }, address }) => {
      // Whoever asks for many names is after a list of them.
      await limiters.names.take(addressKey(address));
      const exists = await profiles.isTaken(username.toLowerCase());
      const message = exists ? 'This user name is taken.' : 'This user name is free.';
      return { exists, message, username };
    },
  );

  const Beta = z.object({ success: z.boolean(), message: z.string(), beta: z.int() });
  rest.route(
    {
      ...common,
      method: 'POST',
      path: '/api/auth/join-beta',
      summary: 'Take part in what is being tried out',
      auth: 'token',
      answers: { 200: Beta },
    },
    async (asked) => {
      await profiles.joinBeta(asked);
      return { success: true, message: 'You take part in the beta.', beta: 1 };
    },
  );

  rest.route(
    {
      ...common,
      method: 'GET',
      path: '/api/auth/beta-status',
      summary: 'Whether you take part in what is being tried out',
      auth: 'token',
      answers: { 200: Beta },
    },
    async ({ me }) => {
      const { beta } = await profiles.of(me.id);
      const message = beta ? 'You take part in the beta.' : 'You do not take part in the beta.';
      return { success: true, message, beta: Number(beta) };
    },
  );
}

/** @throws AppError bad_request for both: one of them would be used up for nothing. */
function proofOf({ recovery_code, totp_code }: z.output<typeof Login>): CodeProof | null {
  if (totp_code !== undefined && recovery_code !== undefined) {
    throw new AppError('bad_request', 'Send totp_code or recovery_code, not both.', {
      param: 'recovery_code',
    });
  }
  if (totp_code !== undefined) return { by: 'code', code: totp_code };
  return recovery_code === undefined ? null : { by: 'recovery', code: recovery_code };
}
