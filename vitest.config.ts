import { defineConfig } from 'vitest/config';

const ALL = ['server', 'shared', 'scripts', 'bench'].map((folder) => `${folder}/**/*.test.ts`);
const INTEGRATION = ['{server,scripts}/**/*.int.test.ts'];
const CLIENT = './scripts/client.setup.ts';
const PATIENCE = './scripts/patience.setup.ts';
/** Far beyond what any test needs: no test may fail because the machine is busy. */
const TIMEOUTS = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    // By itself it would leave one core to its own process, which mostly waits.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          include: ALL,
          exclude: INTEGRATION,
          globalSetup: [CLIENT],
          setupFiles: [PATIENCE],
          ...TIMEOUTS,
        },
      },
      {
        test: {
          name: 'integration',
          include: INTEGRATION,
          globalSetup: [CLIENT, './server/testing/postgres.setup.ts'],
          setupFiles: [PATIENCE],
          ...TIMEOUTS,
        },
      },
      { test: { name: 'web', include: ['web/**/*.test.{ts,tsx}'], ...TIMEOUTS } },
    ],
  },
});
