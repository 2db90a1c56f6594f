/** Which way imports point: docs/ARCHITECTURE.md says why. Every rule is an error. */
const tests = '[.](test|int[.]test|spec)[.]tsx?$';

/** Files below `folder` may import only what matches `allowed` (beside packages). */
function only(name, folder, allowed, comment) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: `^${folder}/`, pathNot: tests },
    to: {
      pathNot: ['node_modules', ...allowed.map((path) => `^${path}`)],
      dependencyTypesNot: ['core'],
    },
  };
}

export default {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-unknown', severity: 'error', from: {}, to: { couldNotResolve: true } },
    only('shared-stands-alone', 'shared', ['shared/'], 'Words of both sides: zod only.'),
    {
      name: 'shared-uses-zod-only',
      severity: 'error',
      from: { path: '^shared/', pathNot: tests },
      to: { path: 'node_modules', pathNot: 'node_modules/zod' },
    },
    {
      name: 'shared-without-node',
      severity: 'error',
      from: { path: '^shared/' },
      to: { dependencyTypes: ['core'] },
    },
    only(
      'config-reads-the-environment',
      'server/config',
      ['server/config/', 'server/infra/', 'shared/'],
      '',
    ),
    only('infra-knows-no-feature', 'server/infra', ['server/infra/', 'shared/'], ''),
    only(
      'platforms-below-gateway',
      'server/platforms',
      ['server/platforms/', 'server/infra/', 'shared/'],
      '',
    ),
    only(
      'gateway-knows-no-feature',
      'server/gateway',
      ['server/gateway/', 'server/platforms/', 'server/infra/', 'shared/'],
      'Never features, tRPC or Prisma.',
    ),
    {
      name: 'gateway-without-prisma',
      severity: 'error',
      from: { path: '^server/(gateway|platforms)/', pathNot: tests },
      to: { path: '^server/infra/prisma/|node_modules/(@prisma|@trpc)/' },
    },
    only(
      'features-through-doors',
      'server/features',
      [
        'server/features/',
        'server/gateway/ports[.]ts$',
        'server/infra/',
        'server/platforms/',
        'server/trpc/init[.]ts$',
        'shared/',
      ],
      'Of the gateway a feature sees the ports it implements, nothing else.',
    ),
    only(
      'contracts-through-features',
      'server/rest',
      [
        'server/rest/',
        'server/features/[^/]+/index[.]ts$',
        'server/gateway/(ports|door-table|tokens|steps/(authenticate|price-of))[.]ts$',
        'server/(build-features|version)[.]ts$',
        'server/config/',
        'server/infra/',
        'server/platforms/',
        'server/trpc/session-door[.]ts$',
        'shared/',
      ],
      'Parse, call a feature, shape the answer.',
    ),
    {
      name: 'features-by-their-index',
      comment: 'Another feature is used through its index.ts.',
      severity: 'error',
      from: { path: '^server/features/([^/]+)/' },
      to: { path: '^server/features/', pathNot: ['^server/features/$1/', '/index[.]ts$'] },
    },
    {
      name: 'prisma-in-repos-only',
      severity: 'error',
      from: { path: '^server/features/', pathNot: ['[.]repo[.]ts$', tests] },
      to: { path: '^server/infra/prisma/generated/' },
    },
    {
      name: 'lucia-behind-one-file',
      comment: 'Retired upstream: nothing else may come to depend on it.',
      severity: 'error',
      from: { path: '^server/', pathNot: '^server/features/sessions/sessions[.]lucia[.]ts$' },
      to: { path: 'node_modules/lucia/' },
    },
    {
      name: 'web-sees-types-only',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^server/', dependencyTypesNot: ['type-only'] },
    },
    only('web-stands-apart', 'web', ['web/', 'shared/', 'server/trpc/app-router[.]ts$'], ''),
    {
      name: 'testing-in-tests-only',
      severity: 'error',
      from: { path: '^(server|web|shared)/', pathNot: [tests, '^server/testing/'] },
      to: { path: '^server/testing/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^server/infra/prisma/generated', '^web/dist', '^[.]cache'] },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
    },
  },
};
