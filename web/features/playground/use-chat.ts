import { useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import type { AvailableModel } from '#shared/schemas/models.ts';
import { onForget } from '../../lib/forget.ts';
import { trpc } from '../../lib/trpc.ts';
import { useMe } from '../../lib/use-me.ts';
import { type ChatStore, createChatStore } from './chat-store.ts';
import type { Conversation } from './conversation.ts';
import { sendChat } from './send-chat.ts';

function openStore(userId: string): ChatStore {
  const place = `gatehouse.playground.${userId}`;
  return createChatStore({
    send: (body, on) => sendChat(body, { ...on, fetch: (...request) => fetch(...request) }),
    now: () => performance.now(),
    // NOTE: randomUUID exists only on https and localhost; these ids never leave the tab.
    newId: () => `t${performance.now().toString(36)}${Math.random().toString(36).slice(2)}`,
    later: (ms, call) => {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
    read: () => {
      try {
        return sessionStorage.getItem(place);
      } catch {
        return null;
      }
    },
    keep: (conversation) => {
      try {
        sessionStorage.setItem(place, conversation);
      } catch {
        // Storage is full or forbidden: the conversation then lasts until the tab is reloaded.
      }
    },
  });
}

let open: { userId: string; store: ChatStore } | null = null;

function storeOf(userId: string): ChatStore {
  if (open?.userId !== userId) {
    open?.store.forget();
    open = { userId, store: openStore(userId) };
  }
  return open.store;
}

onForget(() => {
  open?.store.forget();
  open = null;
});
addEventListener('pagehide', () => open?.store.keepNow());

/** The signed-in person's conversation store; the same one on every page visit. */
export function useChatStore(): ChatStore {
  return storeOf(useMe().id);
}

/** A part of the conversation, kept up to date. `select` must return the same value for the same state. */
export function useChat<Part>(select: (conversation: Conversation) => Part): Part {
  const store = useChatStore();
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}

/** Whether an answer is on its way. */
export function useRunning(): boolean {
  return useChat(({ turns }) => {
    const last = turns.at(-1);
    return last?.role === 'assistant' && last.state === 'running';
  });
}

/** Models with those that can answer now first. */
export function readyFirst(models: readonly AvailableModel[]): AvailableModel[] {
  return [...models.filter(({ ready }) => ready), ...models.filter(({ ready }) => !ready)];
}

/** The chosen model, or the first that can answer; null while there is none. */
export function useModel(): AvailableModel | null {
  const chosen = useChat(({ settings }) => settings.model);
  const { data = [] } = useQuery(trpc.models.available.queryOptions());
  return data.find(({ name }) => name === chosen) ?? readyFirst(data)[0] ?? null;
}
