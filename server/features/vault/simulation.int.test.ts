import { expect, test } from 'vitest';
import { simulate } from '#server/testing/vault-simulation.ts';

const SIZE = { accounts: 200, days: 30, replicas: 3, lifeHours: 72, revoked: 8 };
/** A token is renewed when about 87 % of its life are over: what a schedule without any trouble asks. */
const IDEAL = SIZE.accounts * (1 + (SIZE.days * 24) / (SIZE.lifeHours * 0.87));
/** Another one is tried by VAULT_SEED. */
const SEED = Number(process.env['VAULT_SEED'] ?? 1);

test.each([
  { platform: 'strict', where: 'no used token is forgiven' },
  { platform: 'lenient', where: 'answers are lost and a used token is forgiven for an hour' },
] as const)(
  `30 days of three servers that are killed lose no sign-in where $where, seed ${SEED}`,
  {
    timeout: 300_000,
  },
  async ({ platform }) => {
    const came = await simulate({ ...SIZE, seed: SEED, platform });
    expect(came).toMatchObject({ lost: 0, wrong: [], left: [], errors: [] });
    expect(came.kills).toBeGreaterThan(5);
    expect(came.troubles).toBeGreaterThan(SIZE.accounts / 4);
    // Failures are asked again, and so are those of killed servers; those who lease may add one each.
    expect(came.calls).toBeLessThan(1.3 * IDEAL + came.leases);
  },
);
