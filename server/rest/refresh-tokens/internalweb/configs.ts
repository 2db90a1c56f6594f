import { z } from 'zod';
import { askerOf } from './identify.ts';
import { Done, done, Nothing, ok, okay } from './shapes.ts';
import { type AdminRoutesDeps, byKeeper } from './spec.ts';

/** In place of what nobody is told. */
const HIDDEN = '********';

/** /internalweb/v1/user/info and configs/*: contract 003, 3.3. */
export function addConfigRoutes(deps: AdminRoutesDeps): void {
  const { identify, publicPrefix, rest, showsTokens, vaultContract } = deps;
  const { config } = vaultContract;
  const keeper = byKeeper(identify);
  const path = (name: string) => `/internalweb/v1/${name}`;

  rest.route(
    {
      ...keeper,
      path: path('user/info'),
      summary: 'Who asks',
      body: Nothing,
      answers: { 200: Done.extend({ username: z.string() }) },
    },
    ({ caller }) => ({ ...okay(), username: caller.me.username }),
  );

  rest.route(
    {
      ...keeper,
      path: path('configs/get-system'),
      summary: 'Proxies, client ids and when tokens are refreshed',
      body: Nothing,
      answers: {
        200: done(
          z.object({
            configs: z.record(z.string(), z.string()),
            env_configs: z.record(z.string(), z.string()),
          }),
        ),
      },
    },
    async ({ caller }) =>
      ok({
        configs: await config.read(),
        env_configs: {
          API_PREFIX: publicPrefix,
          API_SECRET: HIDDEN,
          ADMIN_PREFIX: '/internalweb',
          ADMIN_USERNAME: caller.me.username,
          ADMIN_PASSWORD: HIDDEN,
        },
      }),
  );

  rest.route(
    {
      ...keeper,
      path: path('configs/save-system'),
      summary: 'Save them; accounts that lost a proxy or client get another one at once',
      body: z.object({
        configs: z
          .record(z.string().max(255), z.string().max(500_000))
          .refine((configs) => Object.keys(configs).length <= 100, 'must have at most 100 members'),
      }),
      answers: { 200: Done },
    },
    async ({ body, ...asked }) => {
      await config.save(askerOf(asked, showsTokens), body.configs);
      return okay('It is saved.');
    },
  );

  for (const [name, read, what] of [
    ['get-proxy-list', config.proxyList, 'Proxies that are on'],
    ['get-clientid-list', config.clientList, 'Client ids'],
  ] as const) {
    rest.route(
      {
        ...keeper,
        path: path(`configs/${name}`),
        summary: what,
        body: Nothing,
        answers: { 200: done(z.array(z.string())) },
      },
      async () => ok(await read()),
    );
  }
}
