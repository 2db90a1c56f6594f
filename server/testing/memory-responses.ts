import type { ResponseStore, StoredResponse } from '../gateway/ports.ts';

/** Stored responses in memory, where a test can look at them. */
export function memoryResponses(keeps = true): ResponseStore & { saved: StoredResponse[] } {
  const saved: StoredResponse[] = [];
  const find = (id: string | null, userId: string) =>
    saved.find((response) => response.id === id && response.userId === userId);
  return {
    saved,
    keeps,
    save: async (response) => void saved.push(response),
    find: async (id, userId) => find(id, userId) ?? null,
    findAll: async (ids, userId) => ids.flatMap((id) => find(id, userId) ?? []),
    holding: async (itemIds, userId) =>
      saved.filter(
        (response) =>
          response.userId === userId && response.itemIds.some((id) => itemIds.includes(id)),
      ),
    async chain(id, userId) {
      const chain: StoredResponse[] = [];
      for (let next = find(id, userId); next; next = find(next.previousId, userId)) {
        chain.unshift(next);
        if (next.heldBy) break;
      }
      return chain;
    },
    async delete(id, userId) {
      const found = find(id, userId);
      if (found) saved.splice(saved.indexOf(found), 1);
      return found !== undefined;
    },
  };
}
