import type { Finish } from '../dialogue.ts';

/**
 * Why the model stopped. What Google cut short for a reason of its own (safety, recitation, a call
 * that went wrong) is `filtered`, as Google's own OpenAI-compatible endpoint has it.
 * Source: https://ai.google.dev/api/generate-content#FinishReason
 */
export function readFinish(reason: string, hasCalls: boolean): Finish {
  switch (reason) {
    case 'STOP':
      return hasCalls ? 'calls' : 'stop';
    case 'MAX_TOKENS':
    case 'CONTINUATION':
      return 'length';
    default:
      return 'filtered';
  }
}

/** Google says of calls that the model stopped. */
export function writeFinish(finish: Finish): string {
  switch (finish) {
    case 'stop':
    case 'calls':
      return 'STOP';
    case 'length':
      return 'MAX_TOKENS';
    case 'filtered':
    case 'refused':
      return 'SAFETY';
  }
}

/** The reason in an answer; null while it goes on. */
export function saidReason(reason: string | null | undefined): string | null {
  return !reason || reason === 'FINISH_REASON_UNSPECIFIED' ? null : reason;
}
