import { PoolSettings } from '#shared/schemas/pool.ts';
import type { Clock } from '../../infra/clock.ts';
import { type Changes, createReloader } from '../../infra/reloader.ts';
import { createGroupOf, type GroupOf } from './groups.ts';
import type { PoolSettingsRepo } from './settings.repo.ts';

export type PoolSettingsDeps = {
  repo: Pick<PoolSettingsRepo, 'read'>;
  changes: Changes<'settings'>;
  clock: Clock;
  onError(error: unknown): void;
};

export type LivePoolSettings = {
  current(): PoolSettings;
  groupOf: GroupOf;
  /** Reads them again now; `changed` hears of what is new. */
  reload(): Promise<void>;
  /** Listens for changes and reads them. Rejects like the database. */
  start(changed: () => void): Promise<void>;
  close(): void;
};

/** How credit works at present, in memory on every server. */
export function createPoolSettings(deps: PoolSettingsDeps): LivePoolSettings {
  const { changes, clock, onError, repo } = deps;
  const stops: (() => void)[] = [];
  let settings = PoolSettings.parse({});
  let groupOf = createGroupOf([]);
  let changed = () => {};

  const reloader = createReloader({
    async load() {
      settings = await repo.read();
      groupOf = createGroupOf(settings.groups);
      changed();
    },
    clock,
    onError,
  });
  const reload = () => reloader.reload(null);
  const heard = () => void reload().catch(() => undefined);

  return {
    current: () => settings,
    groupOf: (model) => groupOf(model),
    reload,
    start(onChange) {
      changed = onChange;
      stops.push(changes.on('settings', heard), changes.onGap(heard));
      return reload();
    },
    close() {
      for (const stop of stops.splice(0)) stop();
      reloader.close();
    },
  };
}
