import { defineConfig, env } from 'prisma/config';

/** For whoever wants Prisma's own CLI: `npx prisma migrate status --config prisma/prisma.config.ts`. */
export default defineConfig({
  schema: 'schema.prisma',
  migrations: { path: 'migrations' },
  datasource: { url: env('DATABASE_URL') },
});
