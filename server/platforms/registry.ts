import { baidu } from './baidu.ts';
import { type CustomPlatform, customPlatform } from './custom.ts';
import { doubao } from './doubao.ts';
import { gemini } from './gemini.ts';
import { openai } from './openai.ts';
import type { Platform } from './platform.ts';
import { qwen } from './qwen.ts';
import { sandboxPlatform } from './sandbox/declaration.ts';
import { spark } from './spark.ts';
import { zhipu } from './zhipu.ts';

/** Declared in the code, in the order people see them. */
export const BUILT_IN: readonly Platform[] = [
  openai,
  gemini,
  qwen,
  zhipu,
  doubao,
  baidu,
  spark,
  sandboxPlatform,
];

const BUILT_IN_IDS = new Set(BUILT_IN.map((platform) => platform.id));

/** Whether the id belongs to a platform declared in the code. */
export function isBuiltIn(id: string): boolean {
  return BUILT_IN_IDS.has(id);
}

export type Registry = {
  find(id: string): Platform | undefined;
  /** Built-in ones first, then those an admin added, by name. */
  list(): readonly Platform[];
  /** Reads the added platforms again. Rejects like its source, and then keeps what it knew. */
  reload(): Promise<void>;
};

export type RegistryDeps = { custom: () => Promise<readonly CustomPlatform[]> };

/**
 * All platforms, in memory. It knows the built-in ones at once and the added ones after `reload`,
 * which the composition calls at start, on every `platforms` event and after a gap in the events.
 */
export function createRegistry({ custom }: RegistryDeps): Registry {
  let all: readonly Platform[] = BUILT_IN;
  let byId = index(all);
  let newest = 0;

  return {
    find: (id) => byId.get(id),
    list: () => all,
    async reload() {
      const turn = ++newest;
      const rows = await custom();
      // Two reloads may overlap; the one that asked last knows best.
      if (turn !== newest) return;
      const added = rows.filter((row) => !isBuiltIn(row.id)).map(customPlatform);
      added.sort((a, b) => a.name.localeCompare(b.name));
      all = [...BUILT_IN, ...added];
      byId = index(all);
    },
  };
}

function index(platforms: readonly Platform[]): Map<string, Platform> {
  return new Map(platforms.map((platform) => [platform.id, platform]));
}
