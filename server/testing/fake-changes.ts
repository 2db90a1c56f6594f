import type { Changes } from '#server/infra/reloader.ts';

/** The event bus of a test: says what it is told to, and waits until the hearers are done. */
export function fakeChanges() {
  const heard = new Map<string, Set<(payload: { ids: readonly string[] }) => void>>();
  const gaps = new Set<() => void>();

  const changes: Changes = {
    on(topic, handler) {
      const handlers = heard.get(topic) ?? new Set();
      heard.set(topic, handlers.add(handler));
      return () => void handlers.delete(handler);
    },
    onGap(handler) {
      gaps.add(handler);
      return () => void gaps.delete(handler);
    },
  };

  // What hearers start in answer runs in microtasks when nothing of it is real I/O.
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

  return {
    ...changes,
    async say(topic: string, ids: readonly string[]) {
      for (const handler of heard.get(topic) ?? []) handler({ ids });
      await settle();
    },
    async gap() {
      for (const handler of gaps) handler();
      await settle();
    },
    settle,
  };
}
