import type { Request, Response } from 'express';
import { z } from 'zod';
import { AppError, ERRORS, toAppError } from '#shared/errors.ts';
import { cookieIdOf, type Linked } from '../../features/plugin-contract/index.ts';
import { SENT } from '../route-spec.ts';
import { CALLBACK_POLICY, callbackPage } from './callback-page.ts';
import { byPerson, done, Flag, forAll, ok, type PluginRoutesDeps } from './spec.ts';

/** What comes back from a sign-in: longer texts are nobody's. */
export const CallbackPart = z.string().max(4_000).optional();

export const Begun = z.object({
  auth_url: z.string(),
  state: z.string(),
  expires_in: z.number(),
});

const LinkedAccount = z.object({
  cookie_id: z.string(),
  user_id: z.string(),
  is_shared: Flag,
  project_id_0: z.string(),
  is_restricted: z.boolean(),
  ineligible: z.boolean(),
  created_at: z.string(),
});

/** Contract of the Plug-in API, 3.2: linking accounts by signing in at their platform. */
export function addOAuthRoutes({ contract: { link }, identify, rest }: PluginRoutesDeps): void {
  const person = byPerson(identify);

  rest.route(
    {
      ...person,
      method: 'POST',
      path: '/api/oauth/authorize',
      summary: 'Where to sign in to link an account',
      body: z.object({ is_shared: Flag.default(0) }).prefault({}),
      answers: { 200: done(Begun) },
    },
    async ({ body, ...asked }) => {
      const wish = { family: 'antigravity' as const, provider: null, shared: body.is_shared === 1 };
      const begun = await link.begin({ ...wish, userId: asked.caller.me.id });
      return ok({ auth_url: begun.authUrl, state: begun.state, expires_in: begun.expiresIn });
    },
  );

  rest.route(
    {
      ...forAll,
      method: 'GET',
      path: '/api/oauth/callback',
      summary: 'Where the platform sends the browser back to: a page, or JSON for who accepts that',
      query: z.object({ code: CallbackPart, state: CallbackPart, error: CallbackPart }),
      answers: { 200: done(LinkedAccount) },
    },
    async ({ query, req, res }): Promise<typeof SENT> => {
      try {
        const linked = await link.finish({ ...answered(query), userId: null });
        return sent(req, res, { status: 200, linked });
      } catch (thrown) {
        const error = toAppError(thrown);
        if (error.code === 'internal') throw thrown;
        return sent(req, res, { status: ERRORS[error.code].http, text: error.message });
      }
    },
  );

  rest.route(
    {
      ...person,
      method: 'POST',
      path: '/api/oauth/callback/manual',
      summary: 'The address the browser was sent back to, pasted',
      body: z.object({ callback_url: z.string().min(1, 'must not be empty').max(8_000) }),
      answers: { 200: done(LinkedAccount) },
    },
    async ({ body, ...asked }) => {
      const back = answered(partsOf(body.callback_url));
      return ok(told(await link.finish({ ...back, userId: asked.caller.me.id })));
    },
  );
}

/** What stands in an address that a browser was sent back to. Throws bad_request for what is none. */
export function partsOf(address: string): CallbackParts {
  if (!URL.canParse(address)) {
    throw new AppError('bad_request', 'callback_url is not an address. Paste the whole of it.', {
      param: 'callback_url',
    });
  }
  const { searchParams } = new URL(address);
  const part = (name: string) => searchParams.get(name) ?? undefined;
  return { code: part('code'), state: part('state'), error: part('error') };
}

export type CallbackParts = {
  code?: string | undefined;
  state?: string | undefined;
  error?: string | undefined;
};

/** Throws bad_request for a refusal, and without code or state. */
export function answered({ code, error, state }: CallbackParts): { code: string; state: string } {
  if (error) {
    const why = error.slice(0, 200);
    throw new AppError('bad_request', `The sign-in was refused (${why}). Begin again.`);
  }
  if (!code || !state) {
    throw new AppError('bad_request', 'code or state is missing. Begin again.', {
      param: code ? 'state' : 'code',
    });
  }
  return { code, state };
}

function told({ accountId, createdAt, shared, userId }: Linked) {
  return {
    cookie_id: cookieIdOf(accountId),
    user_id: userId,
    is_shared: shared ? (1 as const) : (0 as const),
    project_id_0: '',
    is_restricted: false,
    ineligible: false,
    created_at: createdAt.toISOString(),
  };
}

type Result = { status: 200; linked: Linked } | { status: number; text: string };

/** A page, unless the caller would rather have JSON. */
function sent(req: Request, res: Response, result: Result): typeof SENT {
  res.status(result.status);
  if (req.accepts(['html', 'json']) === 'json') {
    res.json('linked' in result ? ok(told(result.linked)) : { error: result.text });
    return SENT;
  }
  const page =
    'linked' in result
      ? { title: 'The account is linked', text: 'You can close this page.' }
      : { title: 'The account was not linked', text: result.text };
  res.setHeader('content-security-policy', CALLBACK_POLICY);
  res.type('html').send(callbackPage(page));
  return SENT;
}
