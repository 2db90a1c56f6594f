import { z } from 'zod';
import { Id, PageInput, Timestamp } from './common.ts';

/** Where somebody stands at the Plug-in API; `removed`: they had an account, and it was deleted here. */
export const PluginKeyState = z.enum(['pending', 'ready', 'failed', 'removed']);
export type PluginKeyState = z.infer<typeof PluginKeyState>;

export const PluginKeyView = z.object({
  userId: Id,
  username: z.string(),
  state: PluginKeyState,
  /** As they are called there. */
  pluginUserId: z.string().nullable(),
  attempts: z.int(),
  /** Null when nothing is to be tried. */
  nextTryAt: Timestamp.nullable(),
  /** What went wrong the last time; null when it went well. */
  error: z.string().nullable(),
  errorAt: Timestamp.nullable(),
  lastUsedAt: Timestamp.nullable(),
  createdAt: Timestamp,
});
export type PluginKeyView = z.infer<typeof PluginKeyView>;

export const PluginKeyListInput = PageInput.extend({
  state: PluginKeyState.optional(),
  /** Part of the user name, in any case. */
  search: z.string().trim().max(64).default(''),
});
export type PluginKeyListInput = z.infer<typeof PluginKeyListInput>;

export const PluginKeyPage = z.object({
  /** Address of the Plug-in API; null = none is set up. */
  baseUrl: z.string().nullable(),
  rows: z.array(PluginKeyView),
  nextCursor: z.string().nullable(),
  counts: z.record(PluginKeyState, z.int()),
});
export type PluginKeyPage = z.infer<typeof PluginKeyPage>;

/** Tries again at once: for one person, or for everybody it failed for. */
export const PluginKeyRetry = z.object({ userId: Id.nullable() });
export type PluginKeyRetry = z.infer<typeof PluginKeyRetry>;

/** What a person is told of their own; null where no Plug-in API is set up or it is not their turn yet. */
export const MyPluginKey = z
  .object({
    state: PluginKeyState,
    nextTryAt: Timestamp.nullable(),
    /** Their account here, where they may switch it off. */
    accountId: Id.nullable(),
  })
  .nullable();
export type MyPluginKey = z.infer<typeof MyPluginKey>;
