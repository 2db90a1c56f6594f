import { asTool, type ToolId } from './tools/groups.ts';

/** What the address of the page says; never a key. */
export type ConnectSearch = { tool?: ToolId; model?: string };

/** Reads the address of the page. What makes no sense is left out, so that a mangled link still opens. */
export function readConnectSearch(search: Record<string, unknown>): ConnectSearch {
  const tool = asTool(search['tool']);
  const model = search['model'];
  return {
    ...(tool ? { tool } : {}),
    // NOTE: the router reads every value as JSON first, so a model named "4.1" arrives as a number.
    ...(typeof model === 'string' || typeof model === 'number' ? { model: String(model) } : {}),
  };
}
