import { useSyncExternalStore } from 'react';

/** Who waits for the answer; null = nobody is asked at present. */
let waiting: { answer: Promise<boolean>; give: (proved: boolean) => void } | null = null;
const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

/** Asks the person to prove who they are. Resolves with whether they did. Several askers share one window. */
export function askForProof(): Promise<boolean> {
  if (waiting) return waiting.answer;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  waiting = { answer: promise, give: resolve };
  tell();
  return promise;
}

/** Ends the asking. */
export function answerProof(proved: boolean): void {
  waiting?.give(proved);
  waiting = null;
  tell();
}

/** Whether a proof is asked for. */
export function useProofAsked(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => waiting !== null,
  );
}
