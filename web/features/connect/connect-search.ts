import { asTool, type ToolId } from './tools/groups.ts';

/** What the address of the page says; never a key. */
export type ConnectSearch = { tool?: ToolId | undefined; model?: string | undefined };

/**
 * Reads the address of the page, so that a mangled link still opens. What makes no sense becomes
 * undefined and is not just left out: the router lays this over the address as it came.
 */
export function readConnectSearch(search: Record<string, unknown>): ConnectSearch {
  const { model, tool }: { model?: unknown; tool?: unknown } = search;
  return {
    tool: asTool(tool),
    // NOTE: the router reads every value as JSON first, so a model named "4.1" arrives as a number.
    model: typeof model === 'string' || typeof model === 'number' ? String(model) : undefined,
  };
}
