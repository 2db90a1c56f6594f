import type {
  AlertFacts,
  AlertKind,
  AlertSettings,
  AlertSeverity,
  AlertSubjectKind,
} from '#shared/schemas/alerts.ts';
import type { Clock } from '../../infra/clock.ts';
import type { AlertsRepo, Raising } from './alerts.repo.ts';
import type { AlertSettingsRepo } from './settings.repo.ts';

/** Something that went wrong, or still is. */
export type RaisedAlert = {
  kind: AlertKind;
  /** What makes two the same thing, e.g. `account.expired:<id>`; `resolve` is told the same. */
  key: string;
  /** Left out = as usual for the kind. */
  severity?: AlertSeverity;
  /** `name` as people know it. */
  subject: { kind: AlertSubjectKind; id: string; name: string };
  /** Whose it is besides those who look after alerts; null = theirs alone. */
  ownerId: string | null;
  /** What its words are made of; see `shared/alert-texts.ts`. Never a secret. */
  facts?: AlertFacts;
  /** It goes on, rather than happened again: it is not counted up. */
  stillSo?: boolean;
};

/**
 * How a feature tells people of trouble. Neither call waits or throws: what cannot be written is in
 * the log.
 */
export type Alerts = {
  /** The same key again, while it is open, counts up and tells nobody anew. */
  raise(alert: RaisedAlert): void;
  /** It is over: told once, and only if it was raised. */
  resolve(key: string): void;
};

export type AlertQueueDeps = {
  repo: Pick<AlertsRepo, 'raise' | 'resolve'>;
  settings: Pick<AlertSettingsRepo, 'read'>;
  clock: Pick<Clock, 'now'>;
  /** Told when there is something new to tell. */
  changed(): void;
  /** Told of what could not be written; it is lost, unless a round of the watch finds it again. */
  onError(error: unknown): void;
};

type Entry = { raise: RaisedAlert } | { resolve: string };

const MOST_WAITING = 1_000;
const LONGEST_FACT = 500;

/** Writes what features raise, in order, behind their backs. */
export function createAlertQueue({ changed, clock, onError, repo, settings }: AlertQueueDeps) {
  const waiting: Entry[] = [];
  let running: Promise<void> | null = null;
  let lost = 0;

  async function write(entry: Entry, current: AlertSettings): Promise<boolean> {
    const now = new Date(clock.now());
    if ('resolve' in entry) return await repo.resolve(entry.resolve, now);
    const { on, severity } = current.kinds[entry.raise.kind];
    if (!on) return false;
    return await repo.raise(bounded({ severity, ...entry.raise }), now);
  }

  async function drain(): Promise<void> {
    const current = await settings.read();
    for (let entry = waiting.shift(); entry; entry = waiting.shift()) {
      try {
        if (await write(entry, current)) changed();
      } catch (error) {
        onError(error);
      }
    }
  }

  function put(entry: Entry): void {
    if (waiting.length >= MOST_WAITING) {
      lost += 1;
      return;
    }
    waiting.push(entry);
    running ??= drain()
      .catch((error) => {
        waiting.length = 0;
        onError(error);
      })
      .finally(() => {
        running = null;
        if (lost > 0) onError(new Error(`${lost} alerts came too fast and were left out`));
        lost = 0;
      });
  }

  return {
    raise: (alert: RaisedAlert) => put({ raise: alert }),
    resolve: (key: string) => put({ resolve: key }),
    /** Resolves when nothing waits to be written. */
    async idle(): Promise<void> {
      while (running) await running;
    },
  };
}

/** Texts of others may be of any length; what PostgreSQL cannot keep is left out. */
export function bounded(alert: Raising): Raising {
  const cut = (text: string) => text.replaceAll('\0', '').slice(0, LONGEST_FACT);
  const facts = Object.entries(alert.facts ?? {}).map(([name, fact]) => [
    name,
    typeof fact === 'string' ? cut(fact) : fact,
  ]);
  const { id, kind, name } = alert.subject;
  return {
    ...alert,
    key: cut(alert.key),
    subject: { kind, id: cut(id), name: cut(name) },
    facts: Object.fromEntries(facts),
  };
}
