import type { Clock } from '../infra/clock.ts';
import { type Changes, createReloader } from '../infra/reloader.ts';
import { baidu } from './baidu.ts';
import { claude } from './claude.ts';
import { type CustomPlatform, customPlatform } from './custom.ts';
import { doubao } from './doubao.ts';
import { gemini } from './gemini.ts';
import { openai } from './openai.ts';
import type { Platform } from './platform.ts';
import { PLUGIN_PLATFORM } from './plugin.ts';
import { qwen } from './qwen.ts';
import { sandboxPlatform } from './sandbox/declaration.ts';
import { spark, sparkX } from './spark.ts';
import { zhipu } from './zhipu.ts';

/** Declared in the code, in the order people see them. */
export const BUILT_IN: readonly Platform[] = [
  openai,
  claude,
  gemini,
  qwen,
  zhipu,
  doubao,
  baidu,
  spark,
  sparkX,
  sandboxPlatform,
];

const BUILT_IN_IDS = new Set([...BUILT_IN.map((platform) => platform.id), PLUGIN_PLATFORM]);

/** Whether the id belongs to a platform declared in the code, even one that is not set up here. */
export function isBuiltIn(id: string): boolean {
  return BUILT_IN_IDS.has(id);
}

export type Registry = {
  find(id: string): Platform | undefined;
  /** Built-in ones first, then those an admin added, by name. */
  list(): readonly Platform[];
  /** Listens for changes and reads the added platforms. Rejects like their source. */
  start(): Promise<void>;
  /** Reads the added platforms again; on failure keeps what it knew and tries again. */
  reload(): Promise<void>;
  close(): void;
};

export type RegistryDeps = {
  /** What is declared in the code and depends on the configuration; none unless given. */
  configured?: readonly Platform[];
  /** Reads the platforms an admin added. */
  custom: () => Promise<readonly CustomPlatform[]>;
  changes: Changes<'platforms'>;
  clock: Clock;
  onError(error: unknown): void;
};

/** All platforms, in memory: the built-in ones at once, the added ones from `start` on. */
export function createRegistry(deps: RegistryDeps): Registry {
  const { changes, clock, configured = [], custom, onError } = deps;
  const declared = [...BUILT_IN, ...configured];
  let all: readonly Platform[] = declared;
  let byId = index(all);
  const stops: (() => void)[] = [];

  const reloader = createReloader({
    async load() {
      const added = (await custom()).filter((row) => !isBuiltIn(row.id)).map(customPlatform);
      added.sort((a, b) => a.name.localeCompare(b.name));
      all = [...declared, ...added];
      byId = index(all);
    },
    clock,
    onError,
  });
  const reload = () => reloader.reload(null);
  const heard = () => void reload().catch(() => undefined);

  return {
    find: (id) => byId.get(id),
    list: () => all,
    reload,
    start() {
      stops.push(changes.on('platforms', heard), changes.onGap(heard));
      return reload();
    },
    close() {
      for (const stop of stops.splice(0)) stop();
      reloader.close();
    },
  };
}

function index(platforms: readonly Platform[]): Map<string, Platform> {
  return new Map(platforms.map((platform) => [platform.id, platform]));
}
