import { ERRORS, type ErrorCode } from '#shared/errors.ts';

type Known = ErrorCode | 'network';

/** OpenAI's codes, as envelopes carry them, back to ours. */
const BY_OPENAI = new Map<string, ErrorCode>();
for (const code of Object.keys(ERRORS) as ErrorCode[]) {
  const spoken = ERRORS[code].openai[1];
  if (spoken !== null) BY_OPENAI.set(spoken, code);
}

/** The row of shared/errors.ts that an envelope's code stands for; null for a code that is not ours. */
export function knownCode(code: string | null): Known | null {
  if (code === null) return null;
  return code === 'network' ? code : (BY_OPENAI.get(code) ?? null);
}
