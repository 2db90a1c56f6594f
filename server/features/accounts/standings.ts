import type { Clock } from '../../infra/clock.ts';
import { active, type Standing, type StateEvent, step } from './account-state.ts';
import type { AccountPoolRepo, UsableAccount } from './accounts.pool.repo.ts';

/** An account by its id and the key that an event is about. */
export type Concerned = Pick<UsableAccount, 'id' | 'secret'>;

export type StandingsDeps = {
  repo: Pick<AccountPoolRepo, 'move'>;
  clock: Clock;
  /** Whose midnight ends a day. */
  zone: string;
  newId: () => string;
  /** Reads an account again that was changed elsewhere. */
  reload(ids: readonly string[]): Promise<void>;
  /** Told of every account that stands otherwise than before. */
  changed(id: string): void;
  onError(error: unknown): void;
};

export type Standings = {
  /** How the account stands, or with `model` that model of it. */
  of(id: string, model?: string): Standing;
  /** Whether neither the account rests nor this model of it. */
  isActive(id: string, model: string): boolean;
  /** Models of it that rest. */
  modelsOf(id: string): Readonly<Record<string, Standing>>;
  /** Takes over what was read, but for accounts whose own change is still being written. */
  load(accounts: readonly UsableAccount[]): void;
  /** Applies an event here at once; resolves when it is stored. Costs nothing when it changes nothing. */
  apply(
    account: Concerned,
    model: string | null,
    event: StateEvent,
    message: string | null,
  ): Promise<void>;
  /** Resolves once nothing is being written. */
  settled(): Promise<void>;
};

const UNTOUCHED = active(0);

/** How all accounts stand: in memory for the request path, every change in the database for the replicas. */
export function createStandings(deps: StandingsDeps): Standings {
  const { repo, clock, zone, newId, reload, changed, onError } = deps;
  const accounts = new Map<string, Standing>();
  /** Those that rest, and accounts of which none does are not in it. */
  const models = new Map<string, Map<string, Standing>>();
  /** Accounts of which something rests: few as a rule, and so found sooner than in the maps of all. */
  const unwell = new Set<string>();
  const sealedKeys = new Map<string, string | null>();
  /** The last write of each account that is still on its way. */
  const writing = new Map<string, Promise<unknown>>();

  function get(id: string, model: string | null): Standing {
    const found = model === null ? accounts.get(id) : models.get(id)?.get(model);
    return found ?? UNTOUCHED;
  }

  function set(id: string, model: string | null, standing: Standing): void {
    if (model === null) accounts.set(id, standing);
    else {
      const all = new Map(models.get(id));
      if (standing.state === 'active') all.delete(model);
      else all.set(model, standing);
      setModels(id, all);
    }
    tell(id);
  }

  function tell(id: string): void {
    if (get(id, null).state === 'active' && !models.has(id)) unwell.delete(id);
    else unwell.add(id);
    changed(id);
  }

  function setModels(id: string, all: Map<string, Standing>): void {
    if (all.size > 0) models.set(id, all);
    else models.delete(id);
  }

  /** One after the other for each account. */
  function write(id: string, work: () => Promise<boolean>): Promise<boolean> {
    const done = (writing.get(id) ?? Promise.resolve()).then(work).catch((error) => {
      // Known here all the same: the next change or the next start brings the replicas together.
      onError(error);
      return true;
    });
    writing.set(id, done);
    return done.finally(() => {
      if (writing.get(id) === done) writing.delete(id);
    });
  }

  async function apply(
    account: Concerned,
    model: string | null,
    event: StateEvent,
    message: string | null,
    tries = 2,
  ): Promise<void> {
    const { id, secret: sealed } = account;
    // An old key's trouble says nothing about the new one.
    if (sealedKeys.has(id) && sealedKeys.get(id) !== sealed) return;
    const at = clock.now();
    const from = get(id, model);
    const to = step(from, event, at, zone);
    if (to === from) return;
    set(id, model, to);
    const move = { eventId: newId(), id, sealed, model, from, to, message, at };
    if (await write(id, () => repo.move(move))) return;
    await reload([id]).catch(() => undefined);
    if (tries > 1) await apply(account, model, event, message, tries - 1);
  }

  return {
    of: (id, model) => get(id, model ?? null),
    isActive(id, model) {
      if (!unwell.has(id)) return true;
      return get(id, null).state === 'active' && models.get(id)?.has(model) !== true;
    },
    modelsOf: (id) => Object.fromEntries(models.get(id) ?? []),
    settled: () => Promise.all(writing.values()).then(() => undefined),
    load(rows) {
      for (const { id, secret, standing, models: ofModels } of rows) {
        sealedKeys.set(id, secret);
        if (writing.has(id)) continue;
        accounts.set(id, standing);
        setModels(id, new Map(Object.entries(ofModels)));
        tell(id);
      }
    },
    apply: (...given) => apply(...given),
  };
}
