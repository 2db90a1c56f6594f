import { defineConfig } from 'vitest/config';

const ALL = ['server', 'shared', 'scripts', 'bench'].map((folder) => `${folder}/**/*.test.ts`);
const INTEGRATION = ['{server,scripts}/**/*.int.test.ts'];
const CLIENT = './scripts/client.setup.ts';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ALL,
          exclude: INTEGRATION,
          globalSetup: [CLIENT],
        },
      },
      {
        test: {
          name: 'integration',
          include: INTEGRATION,
          globalSetup: [CLIENT, './server/testing/postgres.setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      { test: { name: 'web', include: ['web/**/*.test.{ts,tsx}'] } },
    ],
  },
});
