import { ensureClient } from './generate-client.ts';

/** Before any test: the Prisma client that the code under test imports must exist. */
export async function setup(): Promise<void> {
  await ensureClient();
}
