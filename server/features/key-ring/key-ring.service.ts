import { createHash, randomBytes } from 'node:crypto';
import { AppError } from '#shared/errors.ts';
import type { AuditAction } from '#shared/schemas/audit.ts';
import type { RingReseal, RingServer, RingStatus } from '#shared/schemas/key-ring.ts';
import type { KeyRing, TurningCipher } from '../../infra/cipher.ts';
import type { Clock } from '../../infra/clock.ts';
import { type Db, withTx } from '../../infra/prisma/client.ts';
import type { Changes } from '../../infra/reloader.ts';
import type { Audit, by } from '../audit/index.ts';
import { type AnnouncedRing, type KeyRingRepo, RING_SETTING } from './key-ring.repo.ts';
import { resealAll } from './reseal.ts';
import { canaryOf, checkRing } from './ring-guard.ts';
import { nameOf, SEALED_COLUMNS } from './sealed-columns.ts';

/** Where a ring is kept: a file that may be written, or the environment, which may not. */
export type RingStore = {
  from: 'file' | 'environment';
  read(): Promise<{ keyRing: KeyRing }>;
  /** All of it or nothing. Throws where the ring is not in a file. */
  write(secrets: { keyRing: KeyRing }): Promise<void>;
};

export type KeyRingDeps = {
  repo: KeyRingRepo;
  store: RingStore;
  cipher: TurningCipher;
  db: Db;
  audit: Pick<Audit, 'note'>;
  changes: Changes<'settings'>;
  clock: Clock;
  /** This server; null = a script beside the servers, which seals for none. */
  server: string | null;
  onError(error: unknown): void;
};

/** Who asks: a person, or a script. */
type AuditCaller = ReturnType<typeof by>;

const ANNOUNCE_MS = 20_000;
/** A server that was not seen for as long is believed to be gone. */
const GONE_MS = 90_000;

/** By then a server that refreshes has stored what it got, unless something is wrong. */
const SETTLED_MS = 30_000;

export type KeyRingService = ReturnType<typeof createKeyRing>;

/**
 * Keys that seal, over all servers: a key is first known everywhere, then made current, then everything
 * is sealed with it, then the old one is retired. Each step is refused before the one it stands on.
 */
export function createKeyRing(deps: KeyRingDeps) {
  const { audit, changes, cipher, clock, db, onError, repo, server, store } = deps;
  const stops: (() => void)[] = [];
  let cancel = () => {};
  let stopping = false;
  let running: Promise<void> | null = null;
  let reseal: RingReseal = { state: 'never', done: 0, damaged: [], error: null };

  function note(caller: AuditCaller, action: AuditAction, id: string): Promise<void> {
    const target = { kind: 'settings' as const, id: 'keyRing', name: 'keyRing' };
    return withTx(db, (tx) => audit.note(tx, { ...caller, action, target, after: { key: id } }));
  }

  async function announce(): Promise<void> {
    if (server === null) return;
    await repo.announce(server, announcedOf(cipher.ring(), store.from, clock.now()));
  }

  /** Takes over what the file and the other servers say by now; a ring that opens less is not taken. */
  async function reread(): Promise<void> {
    const [{ keyRing }, shared] = await Promise.all([store.read(), repo.shared()]);
    const current = shared.current ?? keyRing.current;
    const lost = [current, ...Object.keys(shared.canaries)].find((id) => !(id in keyRing.keys));
    if (lost === undefined) cipher.turnTo({ current, keys: keyRing.keys });
    else onError(new AppError('internal', `Encryption key "${lost}" is missing in the key ring.`));
    await announce();
  }

  function plan(): void {
    cancel = clock.setTimer(ANNOUNCE_MS, () => {
      reread()
        .catch(onError)
        .finally(() => {
          if (!stopping) plan();
        });
    });
  }

  const others = () => repo.servers(clock.now() - GONE_MS);

  /** @throws AppError conflict while a server runs that does not have this very key. */
  async function requireEverywhere(id: string): Promise<void> {
    const print = printsOf(cipher.ring())[id];
    if (print === undefined) throw noKey(id);
    const without = (await others()).filter(({ keys }) => keys[id] !== print);
    if (without.length === 0) return;
    const names = without.map((one) => one.id).join(', ');
    throw new AppError(
      'conflict',
      `Key "${id}" is not on every server yet: ${names}. Put it there first; what is sealed with it could not be opened.`,
    );
  }

  /** @throws AppError conflict while a server still seals with another key. */
  async function requireCurrentEverywhere(): Promise<void> {
    const { current } = cipher.ring();
    const behind = (await others()).filter((one) => one.current !== current);
    if (behind.length === 0) return;
    const names = behind.map((one) => one.id).join(', ');
    throw new AppError('conflict', `These servers still seal with another key: ${names}.`);
  }

  /**
   * New tokens of the vault wait in journals that only their servers can read. Those that began to
   * refresh lately seal with the present key, and what is stored later is sealed anew first.
   * @throws AppError conflict while some may wait.
   */
  async function requireStored(id: string): Promise<void> {
    const waiting = await repo.refreshing(SETTLED_MS);
    if (waiting.length === 0) return;
    const names = waiting.map(({ account, server: at }) => `"${account}" (${at})`).join(', ');
    throw new AppError(
      'conflict',
      `Key "${id}" may have sealed new tokens that a server has not stored yet, of ${names}. ` +
        'Start that server again with its DATA_DIR and wait a moment; if it is gone for good, refresh these accounts or bring new tokens.',
    );
  }

  async function save(ring: KeyRing): Promise<void> {
    if (store.from === 'file') await store.write({ keyRing: ring });
    cipher.turnTo(ring);
    await announce();
  }

  /** How many values each key has sealed, by column. */
  async function countAll() {
    const counted = await Promise.all(
      SEALED_COLUMNS.map(async (column) => ({ column, counts: await repo.counts(column) })),
    );
    const byKey = new Map<string, Record<string, number>>();
    for (const { column, counts } of counted) {
      for (const [id, count] of counts) {
        byKey.set(id, { ...byKey.get(id), [nameOf(column)]: count });
      }
    }
    return byKey;
  }

  async function run(): Promise<void> {
    const { damaged, done } = await resealAll({
      ...{ repo, cipher, current: cipher.ring().current },
      onProgress: (so) => {
        reseal = { ...reseal, done: so };
      },
      stopped: () => stopping,
    });
    reseal = { state: 'done', done, damaged, error: null };
  }

  return {
    /** Before anything is sealed or opened. @throws AppError that names a missing or wrong key. */
    async open(): Promise<void> {
      const ring = cipher.ring();
      cipher.turnTo({ ...ring, current: await checkRing(repo, ring) });
    },

    async start(): Promise<void> {
      const heard = ({ ids }: { ids: readonly string[] }) => {
        if (ids.length === 0 || ids.includes(RING_SETTING)) void reread().catch(onError);
      };
      stops.push(
        changes.on('settings', heard),
        changes.onGap(() => void reread().catch(onError)),
      );
      await announce();
      plan();
    },

    async close(): Promise<void> {
      stopping = true;
      cancel();
      for (const stop of stops.splice(0)) stop();
      await running;
      if (server !== null) await repo.withdraw(server).catch(onError);
    },

    async status(): Promise<RingStatus> {
      const [values, servers] = await Promise.all([countAll(), others()]);
      const ring = cipher.ring();
      const prints = printsOf(ring);
      const ids = [...new Set([...Object.keys(ring.keys), ...values.keys()])].sort();
      return {
        keys: ids.map((id) => {
          const of = values.get(id) ?? {};
          return {
            ...{ id, current: id === ring.current, fingerprint: prints[id] ?? '', values: of },
            total: Object.values(of).reduce((sum, count) => sum + count, 0),
            missingOn: servers.filter(({ keys }) => keys[id] !== prints[id]).map((one) => one.id),
          };
        }),
        servers: servers.map((one) => toServer(one, server)),
        reseal,
      };
    },

    /** Makes a key that opens only. @throws AppError conflict where the ring is in the environment. */
    async add(caller: AuditCaller): Promise<string> {
      if (store.from === 'environment') {
        const text =
          'The key ring is in KEY_RING: add the key there, on every server, and restart.';
        throw new AppError('conflict', text);
      }
      const { keyRing } = await store.read();
      const keys = { ...cipher.ring().keys, ...keyRing.keys };
      const id = freeId(keys);
      await save({ current: cipher.ring().current, keys: { ...keys, [id]: randomBytes(32) } });
      await note(caller, 'keyRing.add', id);
      return id;
    },

    /** Seals with this key from now on, on every server. @throws AppError not_found, conflict. */
    async use(caller: AuditCaller, id: string): Promise<void> {
      await requireEverywhere(id);
      const ring = { ...cipher.ring(), current: id };
      await repo.change(({ canaries }) => ({
        current: id,
        canaries: { ...canaries, [id]: canaries[id] ?? canaryOf(ring, id) },
      }));
      await save(ring);
      await note(caller, 'keyRing.use', id);
    },

    /** Begins to seal everything with the current key; goes on in the background. @throws AppError conflict. */
    async reseal(caller: AuditCaller): Promise<void> {
      if (running) throw new AppError('conflict', 'It is under way already. Wait for its end.');
      await requireCurrentEverywhere();
      reseal = { state: 'running', done: 0, damaged: [], error: null };
      running = run()
        .catch((error: unknown) => {
          onError(error);
          reseal = { ...reseal, state: 'failed', error: 'It stopped. Begin it again: it goes on.' };
        })
        .finally(() => {
          running = null;
        });
      await note(caller, 'keyRing.reseal', cipher.ring().current);
    },

    /** Resolves when nothing is being sealed anew; tells how that went. */
    async settled(): Promise<RingReseal> {
      await running;
      return reseal;
    },

    /**
     * Takes a key out of the ring that nothing is sealed with any more. What was sealed with it
     * elsewhere, such as in a backup, needs a copy of it.
     * @throws AppError not_found, conflict.
     */
    async retire(caller: AuditCaller, id: string): Promise<void> {
      const ring = cipher.ring();
      if (!(id in ring.keys)) throw noKey(id);
      if (id === ring.current) {
        throw new AppError('conflict', `Key "${id}" is the one that seals. Use another one first.`);
      }
      await requireCurrentEverywhere();
      await requireStored(id);
      await repo.change(async (shared) => {
        const values = Object.entries((await countAll()).get(id) ?? {});
        if (values.length > 0) {
          const where = values.map(([column, count]) => `${count} in ${column}`).join(', ');
          throw new AppError('conflict', `Key "${id}" still seals ${where}. Seal them anew first.`);
        }
        const { [id]: _gone, ...canaries } = shared.canaries;
        return { ...shared, canaries };
      });
      const { [id]: _key, ...keys } = ring.keys;
      await save({ current: ring.current, keys });
      await note(caller, 'keyRing.retire', id);
    },
  };
}

/** Enough of a hash to tell keys apart, and nothing of the key. */
function printsOf({ keys }: KeyRing): Record<string, string> {
  return Object.fromEntries(
    Object.entries(keys).map(([id, key]) => [
      id,
      createHash('sha256').update('gatehouse key ').update(key).digest('hex').slice(0, 16),
    ]),
  );
}

function announcedOf(ring: KeyRing, from: AnnouncedRing['from'], now: number): AnnouncedRing {
  return { current: ring.current, keys: printsOf(ring), from, seenAt: now };
}

function toServer(one: AnnouncedRing & { id: string }, self: string | null): RingServer {
  return {
    ...{ id: one.id, current: one.current, keys: Object.keys(one.keys), from: one.from },
    seenAt: new Date(one.seenAt).toISOString(),
    self: one.id === self,
  };
}

function freeId(keys: Readonly<Record<string, unknown>>): string {
  let count = Object.keys(keys).length + 1;
  while (`k${count}` in keys) count += 1;
  return `k${count}`;
}

function noKey(id: string): AppError {
  return new AppError('not_found', `There is no key "${id}" in the key ring of this server.`);
}
