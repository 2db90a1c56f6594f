import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let second = Math.floor(Date.now() / 1_000);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  second = Math.floor(Date.now() / 1_000);
  timer ??= setInterval(() => {
    second = Math.floor(Date.now() / 1_000);
    for (const each of listeners) each();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The time in epoch ms, renewed every second: one timer for all countdowns of the page. */
export function useSecond(): number {
  return useSyncExternalStore(subscribe, () => second) * 1_000;
}
