import { AppError } from '#shared/errors.ts';
import type { Cipher } from '../../infra/cipher.ts';
import { sha256hex } from '../../infra/ids.ts';
import { parseProxyUrl } from '../../infra/outbound/index.ts';
import type { Added, NewVaultAccount } from '../vault/index.ts';
import type { ImportOldRepo } from './import-old.repo.ts';
import type { OldContents, OldToken } from './oai-rt.ts';

export type ImportOldDeps = {
  repo: ImportOldRepo;
  cipher: Pick<Cipher, 'open' | 'seal'>;
  newId(): string;
  add(rows: readonly NewVaultAccount[]): Promise<Added[]>;
  isPlatform(id: string): boolean;
};

export type ImportOldOptions = {
  /** Whose accounts they become. */
  owner: string;
  platformId: string;
  write: boolean;
  /** Told after each part. */
  onProgress?: (done: number, of: number) => void;
};

/** `rows` = created + known + refused; without `write`, what it would be. */
export type ImportOldReport = {
  rows: number;
  created: number;
  known: number;
  refused: { line: number; bizId: string; reason: string }[];
  proxies: { created: number; known: number; refused: number };
  /** Client ids that the platform has no client of: their accounts get its first one. */
  unknownClientIds: string[];
  /** Whether accounts are left without a client, for the platform has none. */
  withoutClient: boolean;
};

const AT_ONCE = 500;

/**
 * Brings what an older database holds into the vault. What is there already stays as it is, so that
 * doing it again changes nothing.
 * @throws AppError bad_request when there is no such person or platform.
 */
export async function importOld(
  deps: ImportOldDeps,
  contents: OldContents,
  options: ImportOldOptions,
): Promise<ImportOldReport> {
  const { repo } = deps;
  const ownerId = await repo.owner(options.owner);
  if (ownerId === null) {
    throw new AppError('bad_request', `There is nobody called "${options.owner}" here.`);
  }
  if (!deps.isPlatform(options.platformId)) {
    throw new AppError('bad_request', `There is no platform "${options.platformId}".`);
  }
  const clients = await repo.clients(options.platformId);
  const { counts: proxies, idOf: proxyOf } = await bringProxies(deps, contents, options.write);
  const clientIds = new Map(clients.map(({ clientId, id }) => [clientId, id]));
  const usual = clients[0]?.id ?? null;
  const rows = contents.tokens.map((token) => {
    const clientId = clientIds.get(token.clientId) ?? usual;
    return rowOf(token, { clientId, ownerId, ...options, proxyId: proxyOf(token.proxy) });
  });
  const added = options.write ? await addAll(deps, rows, options) : await foresee(deps, rows);
  const count = (kind: Added['kind']) => added.filter((one) => one.kind === kind).length;
  const refused = added.flatMap((one, at) => {
    const { bizId = '', line = 0 } = contents.tokens[at] ?? {};
    return one.kind === 'refused' ? [{ line, bizId: bizId ?? '', reason: one.text }] : [];
  });
  const report: ImportOldReport = {
    rows: contents.tokens.length + contents.problems.length,
    created: count('created'),
    known: count('known'),
    refused: [...refused, ...contents.problems].sort((a, b) => a.line - b.line),
    proxies,
    unknownClientIds: contents.clientIds.filter((text) => !clientIds.has(text)),
    withoutClient: usual === null,
  };
  if (options.write) {
    const { created, known } = report;
    await repo.note({ rows: report.rows, created, known, refused: report.refused.length });
  }
  return report;
}

function rowOf(
  token: OldToken,
  place: { ownerId: string; platformId: string; clientId: string | null; proxyId: string | null },
): NewVaultAccount {
  const { clientId, ownerId, platformId, proxyId } = place;
  const { accessToken, bizId, createdAt, email, memo, number, plan, refreshedAt, tags } = token;
  return {
    ...{ ownerId, platformId, clientId, proxyId, accessToken, bizId, createdAt, email, memo },
    ...{ number, plan, refreshedAt, tags, userName: token.userName },
    name: (email ?? bizId ?? (token.userName || `rt ${token.line}`)).slice(0, 100),
    refreshToken: token.token,
    // There, "enabled" said whether it is refreshed by itself and nothing else.
    autoRefresh: token.enabled,
  };
}

async function addAll(
  { add }: ImportOldDeps,
  rows: readonly NewVaultAccount[],
  { onProgress }: ImportOldOptions,
): Promise<Added[]> {
  const all: Added[] = [];
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    all.push(...(await add(rows.slice(from, from + AT_ONCE))));
    onProgress?.(all.length, rows.length);
  }
  return all;
}

/** What `addAll` would tell now. */
async function foresee(
  { repo }: ImportOldDeps,
  rows: readonly NewVaultAccount[],
): Promise<Added[]> {
  const hashes = rows.map(({ refreshToken }) => sha256hex(refreshToken));
  const known = await repo.known(
    hashes,
    rows.map(({ bizId }) => bizId ?? ''),
  );
  return rows.map(({ bizId }, at): Added => {
    if (known.hashes.has(hashes[at] ?? '')) return { kind: 'known', accountId: '' };
    if (!bizId || !known.bizIds.has(bizId)) {
      return { kind: 'created', accountId: '', bizId: bizId ?? '', number: 0 };
    }
    const text = `Another account has the business id "${bizId}".`;
    return { kind: 'refused', reason: 'biz_id_taken', text };
  });
}

/** One text for all ways to write one proxy; null = it is none. */
function sameAs(text: string): string | null {
  try {
    const { password, shown, user } = parseProxyUrl(text);
    return JSON.stringify([shown, user, password]);
  } catch {
    return null;
  }
}

const placeOf = (id: string) => ({ table: 'proxies', column: 'url', id });

async function bringProxies(deps: ImportOldDeps, { proxies }: OldContents, write: boolean) {
  const { cipher, newId, repo } = deps;
  const stored = await repo.proxies();
  const names = new Set(stored.map(({ name }) => name));
  const ids = new Map(
    stored.flatMap(({ id, url }) => {
      const same = openedSame(cipher, id, url);
      return same === null ? [] : [[same, id] as const];
    }),
  );
  const counts = { created: 0, known: 0, refused: 0 };
  const fresh: { id: string; name: string; url: string; shown: string }[] = [];
  for (const text of proxies) {
    const same = sameAs(text);
    if (same === null) counts.refused += 1;
    else if (ids.has(same)) counts.known += 1;
    else {
      const id = newId();
      const { shown } = parseProxyUrl(text);
      fresh.push({ id, shown, name: freeName(shown, names), url: cipher.seal(text, placeOf(id)) });
      ids.set(same, id);
      counts.created += 1;
    }
  }
  if (write && fresh.length > 0) await repo.addProxies(fresh);
  return { counts, idOf: (text: string) => ids.get(sameAs(text) ?? '') ?? null };
}

function openedSame(cipher: Pick<Cipher, 'open'>, id: string, sealed: string): string | null {
  try {
    return sameAs(cipher.open(sealed, placeOf(id)));
  } catch {
    // Its key is gone: it is not known again.
    return null;
  }
}

function freeName(shown: string, names: Set<string>): string {
  const base = shown.slice(0, 72);
  let name = base;
  for (let count = 2; names.has(name); count += 1) name = `${base} (${count})`;
  names.add(name);
  return name;
}
