import { AppError } from '#shared/errors.ts';
import {
  MOST_PROXIES,
  type ProxyCreate,
  ProxyHealth,
  type ProxyImport,
  type ProxyImported,
  type ProxyMove,
  type ProxyMovePlan,
  type ProxyUpdate,
  ProxyUrl,
  type ProxyUsers,
  type ProxyView,
} from '#shared/schemas/proxies.ts';
import type { Cipher } from '../../infra/cipher.ts';
import { parseProxyUrl } from '../../infra/outbound/index.ts';
import { type Actor, type Audit, by, type Told } from '../audit/index.ts';
import type { ProxiesRepo, ProxyRow } from './proxies.repo.ts';
import type { ProxyChecks } from './proxy-checks.ts';
import { proxyShares } from './proxy-shares.ts';
import { urlPlace } from './proxy-ways.ts';

export type ProxiesServiceDeps = {
  repo: ProxiesRepo;
  cipher: Pick<Cipher, 'seal' | 'open'>;
  checks: Pick<ProxyChecks, 'checkNow' | 'forget'>;
  audit: Pick<Audit, 'noting' | 'note'>;
  newId: () => string;
};

const MOST_SHOWN = 100;
const MOST_NAME = 80;

export type ProxiesService = ReturnType<typeof createProxiesService>;

/** Proxies as people keep them. Their addresses go in and never come out again whole. */
export function createProxiesService(deps: ProxiesServiceDeps) {
  const { audit, checks, cipher, newId, repo } = deps;

  function sealed(id: string, url: string) {
    const { shown } = parseProxyUrl(url);
    return { url: cipher.seal(url, urlPlace(id)), shown };
  }

  async function view(id: string): Promise<ProxyView> {
    const row = (await repo.all()).find((one) => one.id === id);
    if (!row) throw gone();
    return toView(row);
  }

  async function refuseTooMany(more: number): Promise<void> {
    if ((await repo.count()) + more <= MOST_PROXIES) return;
    throw new AppError('conflict', `There are at most ${MOST_PROXIES} proxies. Delete some first.`);
  }

  /** Addresses that are there already, as they were written; those that cannot be opened are not known. */
  async function storedUrls(): Promise<Set<string>> {
    const urls = new Set<string>();
    for (const { id, url } of await repo.stored()) {
      try {
        urls.add(sameAs(cipher.open(url, urlPlace(id))));
      } catch {
        // Its key is gone: the page says so where it is used.
      }
    }
    return urls;
  }

  /** Reads a list line by line: what is new, how many are known, and which lines are none. */
  async function readList(text: string) {
    const known = await storedUrls();
    const fresh: { url: string; shown: string }[] = [];
    const refused: { line: number; message: string }[] = [];
    let repeated = 0;
    for (const [index, raw] of text.split('\n').entries()) {
      const url = raw.trim();
      if (url === '') continue;
      const read = readLine(url);
      if ('message' in read) refused.push({ line: index + 1, message: read.message });
      else if (known.has(read.same)) repeated += 1;
      else {
        known.add(read.same);
        fresh.push({ url, shown: read.shown });
      }
    }
    return { fresh, refused, repeated };
  }

  async function planMove({ id, to }: ProxyMove) {
    const all = await repo.all();
    const from = all.find((one) => one.id === id);
    if (!from) throw gone();
    const wanted = new Set(to);
    const targets = all.filter((one) => wanted.has(one.id));
    if (targets.length !== wanted.size || wanted.has(id)) {
      throw new AppError('bad_request', 'One of these proxies is gone, or is the one itself.', {
        param: 'to',
      });
    }
    return { from, targets };
  }

  return {
    async list(): Promise<ProxyView[]> {
      return (await repo.all()).map(toView);
    },

    /** @throws AppError bad_request for an address that is none, conflict when the name is taken. */
    async create(actor: Actor, input: ProxyCreate): Promise<ProxyView> {
      await refuseTooMany(1);
      const id = newId();
      const row = { id, name: input.name, enabled: true, ...sealed(id, input.url) };
      const noting = audit.noting(actor, 'proxies.create', { tell });
      if ((await repo.insert([row], noting)) === 0) throw taken();
      return view(id);
    },

    /** @throws AppError not_found, conflict, bad_request. */
    async update(actor: Actor, { id, url, ...change }: ProxyUpdate): Promise<ProxyView> {
      const write = {
        ...(change.name !== undefined && { name: change.name }),
        ...(change.enabled !== undefined && { enabled: change.enabled }),
        ...(url !== undefined && sealed(id, url)),
      };
      const also = url === undefined ? {} : { newAddress: true };
      const row = await repo.update(
        id,
        write,
        audit.noting(actor, 'proxies.update', { tell, also }),
      );
      if (row === null) throw gone();
      if (row === 'taken') throw taken();
      if (!row.enabled || url !== undefined) checks.forget(id);
      return view(id);
    },

    /** @throws AppError not_found, conflict while accounts go through it. */
    async delete(actor: Actor, id: string): Promise<void> {
      const users = await repo.delete(id, audit.noting(actor, 'proxies.delete', { tell }));
      if (users === null) throw gone();
      if (users > 0) {
        const text = `${users} accounts go through this proxy. Give them another one first.`;
        throw new AppError('conflict', text);
      }
      checks.forget(id);
    },

    /** Adds those of the list that are new; lines that are no proxy are told, the others count. */
    async importList(actor: Actor, { text }: ProxyImport): Promise<ProxyImported> {
      const { fresh, refused, repeated } = await readList(text);
      await refuseTooMany(fresh.length);
      const names = new Set((await repo.stored()).map(({ name }) => name));
      const rows = fresh.map(({ shown, url }) => {
        const id = newId();
        return { id, name: freeName(shown, names), enabled: true, ...sealed(id, url) };
      });
      const noting = audit.noting(actor, 'proxies.create', { tell });
      const created = rows.length === 0 ? 0 : await repo.insert(rows, noting);
      return {
        created,
        known: repeated + rows.length - created,
        refused: refused.slice(0, MOST_SHOWN),
        refusedCount: refused.length,
      };
    },

    users: (id: string): Promise<ProxyUsers> => repo.usersOf(id, MOST_SHOWN),

    /** What `move` would do now. @throws AppError not_found, bad_request. */
    async previewMove(input: ProxyMove): Promise<ProxyMovePlan> {
      const { from, targets } = await planMove(input);
      const shares = proxyShares(from.accounts, targets);
      return {
        accounts: from.accounts,
        targets: targets.map(({ accounts, id, name }) => ({
          ...{ id, name, before: accounts },
          after: accounts + (shares.get(id) ?? 0),
        })),
      };
    },

    /** Gives its accounts to others, evenly. Returns how many. @throws AppError not_found, bad_request. */
    async move(actor: Actor, input: ProxyMove): Promise<number> {
      const { from, targets } = await planMove(input);
      const shares = (accounts: number) =>
        targets.length === 0
          ? [{ id: null, accounts }]
          : [...proxyShares(accounts, targets)].map(([id, part]) => ({ id, accounts: part }));
      return repo.move(from.id, shares, (tx, moved) =>
        audit.note(tx, {
          ...by(actor, actor.me),
          action: 'proxies.move',
          target: { kind: 'proxy', id: from.id, name: from.name },
          after: { accounts: moved, to: targets.map(({ name }) => name) },
        }),
      );
    },

    /** Tries it now, until it is sure. @throws AppError not_found. */
    async check(id: string): Promise<ProxyView> {
      await checks.checkNow(id);
      return view(id);
    },
  };
}

function readLine(url: string): { same: string; shown: string } | { message: string } {
  try {
    if (!ProxyUrl.safeParse(url).success) parseProxyUrl(`none:${url}`);
    return { same: sameAs(url), shown: parseProxyUrl(url).shown };
  } catch (error) {
    return { message: error instanceof AppError ? error.message : 'This is no proxy.' };
  }
}

/** One text for all ways to write one proxy. */
function sameAs(url: string): string {
  const { password, shown, user } = parseProxyUrl(url);
  return JSON.stringify([shown, user, password]);
}

/** What it is shown as, with a number behind when that is taken. */
function freeName(shown: string, names: Set<string>): string {
  const base = shown.slice(0, MOST_NAME - 8);
  let name = base;
  for (let count = 2; names.has(name); count += 1) name = `${base} (${count})`;
  names.add(name);
  return name;
}

function tell({ enabled, id, name, shown }: ProxyRow): Told {
  return { target: { kind: 'proxy', id, name }, facts: { name, shown, enabled } };
}

function toView(row: ProxyRow & { accounts: number }): ProxyView {
  return {
    ...{ id: row.id, number: row.number, name: row.name, shown: row.shown, enabled: row.enabled },
    health: ProxyHealth.catch('unknown').parse(row.health),
    ...{ latencyMs: row.latencyMs, lastError: row.lastError, accounts: row.accounts },
    // A try that has begun is noted before anything is known of its outcome.
    checkedAt: isTried(row) ? (row.checkedAt?.toISOString() ?? null) : null,
    createdAt: row.createdAt.toISOString(),
  };
}

function isTried({ health, lastError }: ProxyRow): boolean {
  return health !== 'unknown' || lastError !== null;
}

function gone(): AppError {
  return new AppError('not_found', 'There is no such proxy any more. Reload the page.');
}

function taken(): AppError {
  return new AppError('conflict', 'Another proxy has this name. Choose another one.', {
    param: 'name',
  });
}
