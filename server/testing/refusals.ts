import { describe, expect, test } from 'vitest';
import type { Answer, Browser } from './browser.ts';
import type { TestConsole } from './console.ts';
import { browserOf, PRINCIPALS, refusalOf } from './principals.ts';
import { ROLE_MATRIX } from './role-matrix.ts';

export type RefusalCase = {
  /** The running console; asked for when a test runs. */
  console: () => TestConsole;
  /** Calls the procedure with input that would be accepted from whoever may call it. */
  call: (browser: Browser) => Promise<Answer>;
};

/**
 * Tests that a procedure turns away everybody its row in the role matrix does not let in, says so
 * with the right code, and gives nothing away. Call it at the top level of a test file.
 */
export function refusalBattery(path: string, { console, call }: RefusalCase): void {
  const admits = ROLE_MATRIX[path];
  if (admits === undefined) throw new Error(`${path} has no row in role-matrix.ts`);
  const refused = PRINCIPALS.flatMap((kind) => {
    const code = refusalOf(kind, admits);
    return code === null ? [] : [{ kind, code }];
  });
  describe(`${path} is refused`, () => {
    test.each(refused)('to $kind with $code', async ({ kind, code }) => {
      const answer = await call(await browserOf(kind, console()));
      expect(answer.error?.data.appCode).toBe(code);
      expect(answer.data).toBeUndefined();
      expectNothingLeaks(answer);
    });
  });
}

/** No answer may show code, queries, or where the server lives. */
export function expectNothingLeaks(answer: Pick<Answer, 'text'>): void {
  expect(answer.text).not.toMatch(/"stack"|\.ts:\d|node_modules|prisma|\bselect\b.*\bfrom\b/i);
}
