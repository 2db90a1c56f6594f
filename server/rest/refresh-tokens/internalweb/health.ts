import { z } from 'zod';
import type { Rest } from '../../rest.ts';
import { adminApiErrors } from './dialect.ts';

/** GET /health: contract 003, 3.2. It says that the server answers; /api/health looks at its parts. */
export function addPlainHealth(rest: Rest): void {
  rest.route(
    {
      method: 'GET',
      path: '/health',
      summary: 'Whether the server answers',
      tag: 'Health',
      auth: 'none',
      answers: { 200: z.object({ status: z.literal('ok'), message: z.string() }) },
      errors: adminApiErrors,
    },
    () => ({ status: 'ok' as const, message: 'The service is running.' }),
  );
}
