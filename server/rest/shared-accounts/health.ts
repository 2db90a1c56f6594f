import { z } from 'zod';
import { sharedAccountsErrors } from '../dialects.ts';
import type { Rest } from '../rest.ts';

/** GET /api/health: contract 000, section 3.6. */
export function addHealth(rest: Rest): void {
  rest.route(
    {
      method: 'GET',
      path: '/api/health',
      summary: 'Whether the server and what it needs are well',
      tag: 'Health',
      auth: 'none',
      answers: { 200: z.object({ status: z.literal('healthy') }) },
      errors: sharedAccountsErrors,
    },
    () => ({ status: 'healthy' as const }),
  );
}
