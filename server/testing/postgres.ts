import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the migrated template database of this run; nothing may stay connected to it. */
    postgresTemplateUrl: string;
  }
}

export type TestDatabase = { url: string; [Symbol.asyncDispose](): Promise<void> };

export type TestDatabaseOptions = {
  /** Begin without any table instead of with all migrations applied. */
  empty?: boolean;
};

/**
 * A database of a test's own, as after a first start. Use it with `await using`, or dispose it in
 * `afterAll`: connections that are still open then are cut. Only in `*.int.test.ts` files.
 */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const template = new URL(inject('postgresTemplateUrl'));
  const name = `test_${randomBytes(8).toString('hex')}`;
  const source = options.empty ? 'template0' : template.pathname.slice(1);
  await asAdmin(`CREATE DATABASE ${name} TEMPLATE ${source}`);
  const url = new URL(template);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    [Symbol.asyncDispose]: () => asAdmin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function asAdmin(statement: string): Promise<void> {
  const url = new URL(inject('postgresTemplateUrl'));
  url.pathname = '/postgres';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
