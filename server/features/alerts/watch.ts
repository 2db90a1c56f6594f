import type { AlertKind, AlertSettings } from '#shared/schemas/alerts.ts';
import type { Clock } from '../../infra/clock.ts';
import type { AlertsRepo } from './alerts.repo.ts';
import { bounded, type RaisedAlert } from './alerts.ts';
import type { AlertSettingsRepo } from './settings.repo.ts';
import type { WatchRepo } from './watch.repo.ts';

/** Finds everything of one kind that is wrong now. */
export type Watcher = {
  kind: AlertKind;
  /** Every server looks at itself; else one server looks for all. */
  ofServer?: true;
  /** Rejects where it cannot say: then nothing is raised or ended. */
  find(settings: AlertSettings): Promise<RaisedAlert[]>;
};

export type WatchDeps = {
  /** This server's name. */
  server: string;
  watchers: readonly Watcher[];
  repo: AlertsRepo;
  leader: Pick<WatchRepo, 'lead'>;
  settings: Pick<AlertSettingsRepo, 'read'>;
  clock: Clock;
  /** Told when there is something new to tell. */
  changed(): void;
  onError(error: unknown): void;
};

const EVERY_MS = 30_000;
const SOON_MS = 2_000;
/** After so long without a word of it a server is gone, and so are its alerts. */
const GONE_MS = 600_000;

/**
 * Looks twice a minute for what is wrong, raises what is new and ends what is over. What concerns all
 * servers is looked at by the one that leads; the others find it open already if two do for a moment.
 */
export function createWatch(deps: WatchDeps) {
  const { changed, clock, leader, onError, repo, server, settings, watchers } = deps;
  let cancel: (() => void) | null = null;
  let running: Promise<void> | null = null;
  let closed = false;
  let isSoon = false;

  async function compare({ kind, find, ofServer }: Watcher, current: AlertSettings): Promise<void> {
    const { on, severity } = current.kinds[kind];
    const found = on ? await find(current) : [];
    const now = new Date(clock.now());
    const open = new Set(await repo.openKeys(kind, ofServer ? server : undefined));
    let news = false;
    for (const alert of found) {
      const isOpen = open.delete(alert.key);
      // NOTE: what a server says of itself is said again, so that others know that it lives.
      if (isOpen && !ofServer) continue;
      const raised = await repo.raise(bounded({ severity, ...alert, stillSo: true }), now);
      news ||= raised;
    }
    for (const key of open) {
      const ended = await repo.resolve(key, now);
      news ||= ended;
    }
    if (news) changed();
  }

  async function forgetGone(): Promise<void> {
    const kinds = watchers.flatMap(({ kind, ofServer }) => (ofServer ? kind : []));
    const now = clock.now();
    for (const key of await repo.staleKeys(kinds, new Date(now - GONE_MS))) {
      await repo.resolve(key, new Date(now));
    }
  }

  async function look(): Promise<void> {
    const current = await settings.read();
    const leads = await leader.lead(server, clock.now(), EVERY_MS * 3);
    for (const watcher of watchers) {
      if (closed) return;
      if (leads || watcher.ofServer) await compare(watcher, current).catch(onError);
    }
    if (leads) await forgetGone();
  }

  function round(): void {
    cancel?.();
    isSoon = false;
    running ??= look()
      .catch(onError)
      .finally(() => {
        running = null;
        if (!closed) cancel = clock.setTimer(EVERY_MS, round);
      });
  }

  return {
    start: round,
    /** Looks within a second or two, however often it is asked to. */
    soon(): void {
      if (closed || running || isSoon) return;
      isSoon = true;
      cancel?.();
      cancel = clock.setTimer(SOON_MS, round);
    },
    /** Looks now, beside the rounds. */
    look,
    async close(): Promise<void> {
      closed = true;
      cancel?.();
      await running;
    },
  };
}
