import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import { ProviderId, SsoAnswer } from '#shared/schemas/sso.ts';
import { sharedAccountsErrors } from '../dialects.ts';
import type { Rest } from '../rest.ts';
import type { Asked } from '../route-spec.ts';
import type { SsoDeps } from './auth-deps.ts';
import { LoginAnswer, pairOf, userOf } from './auth-shapes.ts';

const Begun = z.object({ authorization_url: z.string(), state: z.string() });
const Answer = SsoAnswer.omit({ provider: true, error: true }).required({ code: true });
const ByProvider = z.object({ provider: ProviderId });
const common = { tag: 'Sign-in by other services', auth: 'none' } as const;
const errors = sharedAccountsErrors;

type Visit = Pick<Asked<'none', never, never, never>, 'address' | 'requestId' | 'userAgent'> &
  Pick<Asked<'none', never, never, never>, 'req' | 'res'>;

/** Sign-in by other services: contract 000, section 3.1. Their answers come as JSON, never as redirects. */
export function addSso(rest: Rest, deps: SsoDeps): void {
  const { door, profiles, signIn, sso, tokens, unbound } = deps;

  async function begin(provider: string, { address, req, requestId, res }: Visit) {
    const { authorizationUrl, binding, state } = await sso.begin(provider, {
      ...{ address, requestId, redirectUri: null, bound: !unbound },
      origin: door.originOf(req),
    });
    if (binding !== null) door.setSsoCookie(res, binding);
    return { authorization_url: authorizationUrl, state };
  }

  async function finish(provider: string, answer: z.output<typeof Answer>, visit: Visit) {
    const { address, req, requestId, res } = visit;
    const caller = { address, requestId };
    const who = await sso.identify({ ...answer, provider }, door.ssoCookie(req), caller);
    door.setSsoCookie(res, null);
    if (!who.countsAsSecondFactor && (await signIn.asksSecondFactor(who.me))) {
      throw new AppError(
        'second_factor_needed',
        'You have a second factor, which this address does not ask for. Sign in by /api/auth/login with password and totp_code, or use an API key of the console.',
      );
    }
    const pair = await tokens.start(who, visit, 'sso');
    return { ...pairOf(pair), user: userOf(await profiles.of(who.me.id)) };
  }

  const beginsAt = { ...common, errors, method: 'GET', answers: { 200: Begun } } as const;
  const endsAt = { ...common, errors, method: 'POST', answers: { 200: LoginAnswer } } as const;
  const summaries = {
    begin: 'Where the browser goes to sign in',
    finish: 'Sign in with what the service sent back',
  };

  rest.route({ ...beginsAt, path: '/api/auth/sso/initiate', summary: summaries.begin }, (asked) =>
    begin('sso', asked),
  );
  rest.route(
    {
      ...endsAt,
      method: 'GET',
      path: '/api/auth/sso/callback',
      summary: summaries.finish,
      query: Answer,
    },
    (asked) => finish('sso', asked.query, asked),
  );

  rest.route({ ...beginsAt, path: '/api/auth/github/login', summary: summaries.begin }, (asked) =>
    begin('github', asked),
  );
  rest.route(
    { ...endsAt, path: '/api/auth/github/callback', summary: summaries.finish, body: Answer },
    (asked) => finish('github', asked.body, asked),
  );

  rest.route(
    {
      ...common,
      errors,
      method: 'GET',
      path: '/api/auth/oidc/providers',
      summary: 'The services people may sign in by',
      answers: {
        200: z.object({
          providers: z.array(z.object({ id: z.string(), name: z.string(), kind: z.string() })),
        }),
      },
    },
    async () => ({ providers: await sso.ways() }),
  );
  rest.route(
    {
      ...beginsAt,
      path: '/api/auth/oidc/:provider/login',
      summary: summaries.begin,
      params: ByProvider,
    },
    (asked) => begin(asked.params.provider, asked),
  );
  rest.route(
    {
      ...endsAt,
      path: '/api/auth/oidc/:provider/callback',
      summary: summaries.finish,
      params: ByProvider,
      body: Answer,
    },
    (asked) => finish(asked.params.provider, asked.body, asked),
  );
}
