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

/**
 * Escape closes the window that asks for a proof, and nothing below it: dialogs listen to it each on
 * their own. Call it before any of them does, that is before the page is drawn.
 */
export function keepEscape(page: Pick<Window, 'addEventListener'>): void {
  page.addEventListener(
    'keydown',
    (event) => {
      // NOTE: while text is composed, Escape belongs to the input method.
      if (event.key !== 'Escape' || event.isComposing || !waiting) return;
      event.stopImmediatePropagation();
      answerProof(false);
    },
    { capture: true },
  );
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
