import { AppError } from '#shared/errors.ts';
import type { AuditAction } from '#shared/schemas/audit.ts';
import type { Cipher } from '../../infra/cipher.ts';
import type { Clock } from '../../infra/clock.ts';
import { type Audit, by } from '../audit/index.ts';
import type { Added, NewVaultAccount, Vault } from '../vault/index.ts';
import { cleanTags, isToken, tagsOf } from '../vault-import/index.ts';
import { type Asker, personOf } from './asker.ts';
import { type ContractAccount, toContractAccount } from './contract-account.ts';
import type {
  ContractChange,
  ContractFilter,
  ContractRow,
  ContractRowsRepo,
} from './contract-rows.repo.ts';
import { inTurn, usualClient, type VaultWays } from './vault-ways.ts';
import type { WaysReader } from './ways-reader.ts';

export type VaultContractDeps = {
  repo: ContractRowsRepo;
  ways: WaysReader;
  vault: Pick<Vault, 'add' | 'refresh' | 'refreshInfo'>;
  cipher: Pick<Cipher, 'open'>;
  audit: Pick<Audit, 'note' | 'noteAll'>;
  clock: Clock;
  /** A new business id. */
  newBizId(): string;
};

export type AccountFields = {
  biz_id?: string | undefined;
  proxy?: string | undefined;
  client_id?: string | undefined;
  tag?: string | undefined;
  enabled?: boolean | undefined;
  memo?: string | undefined;
};

export type Imported = { total_count: number; success_count: number; fail_count: number };

/** Deletions of one request that are noted one by one; more are noted together. */
const MOST_NOTES = 100;
const PART = 40;
/** Refreshes of one request at once. */
const AT_ONCE = 8;

/** Accounts of the vault as the admin API of contract 003 knows them. */
export function createVaultContract(deps: VaultContractDeps) {
  const { audit, cipher, clock, newBizId, repo, vault, ways } = deps;
  const moment = (asker: Asker) => ({ at: new Date(clock.now()), actorId: personOf(asker) });

  async function told(asker: Asker, rows: readonly ContractRow[]): Promise<ContractAccount[]> {
    const known = await ways.read();
    if (asker.showsTokens && rows.length > 0) {
      const numbers = rows.slice(0, 100).map(({ number }) => number);
      await note(asker, null, {
        action: 'vaultContract.show',
        after: { count: rows.length, numbers },
      });
    }
    const how = { cipher, inClear: asker.showsTokens, ways: known };
    return rows.map((row) => toContractAccount(row, how));
  }

  async function rowOf(number: number): Promise<ContractRow> {
    const [row] = await repo.byNumbers([number]);
    if (row) return row;
    throw new AppError('not_found', `There is no account with the id ${number}.`, { param: 'id' });
  }

  async function oneTold(asker: Asker, number: number): Promise<ContractAccount> {
    const [account] = await told(asker, [await rowOf(number)]);
    if (account) return account;
    throw new AppError('not_found', `There is no account with the id ${number}.`, { param: 'id' });
  }

  async function ownerOf({ me, secret }: Asker): Promise<string> {
    const owner = secret === null ? me.id : await repo.ownerFor(secret.id);
    if (owner !== null) return owner;
    throw new AppError('bad_request', 'There is nobody whom the account could belong to.');
  }

  /** @throws AppError bad_request */
  function clientOf(known: VaultWays, text: string | undefined) {
    if (!text) return usualClient(known);
    const client = known.findClient(text);
    if (client) return client;
    throw new AppError(
      'bad_request',
      `There is no OAuth client "${text}". Add it to client_id_list first.`,
      { param: 'client_id' },
    );
  }

  function note(
    asker: Asker,
    row: Pick<ContractRow, 'accountId' | 'name'> | null,
    what: { action: AuditAction; after: Record<string, unknown> },
  ) {
    const target = { id: row?.accountId ?? '', name: row?.name ?? 'vault' };
    return repo.inTx((tx) =>
      audit.note(tx, { ...by(asker, asker.me), ...what, target: { kind: 'account', ...target } }),
    );
  }

  async function changeOf(asker: Asker, row: ContractRow, fields: AccountFields) {
    const known = await ways.read();
    const { biz_id: bizId, client_id: client, enabled, memo, proxy, tag } = fields;
    const change: ContractChange = {
      ...(bizId?.trim() && { bizId: bizId.trim() }),
      ...(tag !== undefined && { tags: tagsOf(tag) }),
      ...(memo !== undefined && { memo }),
      ...(enabled !== undefined && { enabled }),
      ...(proxy === '' && { proxyId: null }),
      ...(proxy && { proxyId: (await ways.proxy(asker, known, proxy)).id }),
      ...(client === '' && { clientId: null }),
    };
    if (!client) return change;
    const found = known.findClient(client, row.platformId);
    if (found) return { ...change, clientId: found.id };
    const text = `The platform of this account has no OAuth client "${client}".`;
    throw new AppError('bad_request', text, { param: 'client_id' });
  }

  async function refreshOne(asker: Asker, row: ContractRow): Promise<string | null> {
    const person = personOf(asker);
    try {
      const { outcome, text } = await vault.refresh(row.accountId, {
        trigger: 'person',
        by: person,
      });
      return outcome === 'rotated' || outcome === 'kept' ? null : `${outcome}: ${text}`;
    } catch (error) {
      if (error instanceof AppError && error.code === 'forbidden') {
        throw new AppError('bad_request', error.message, { cause: error });
      }
      throw error;
    }
  }

  return {
    async list(
      asker: Asker,
      filter: ContractFilter,
      { page, size }: { page: number; size: number },
    ) {
      const { rows, total } = await repo.list(filter, { skip: (page - 1) * size, take: size });
      return { items: await told(asker, rows), total };
    },

    /** @throws AppError bad_request, conflict. */
    async create(asker: Asker, token: string, fields: AccountFields): Promise<ContractAccount> {
      const known = await ways.read();
      const client = clientOf(known, fields.client_id);
      const proxy = fields.proxy ? await ways.proxy(asker, known, fields.proxy) : null;
      const bizId = fields.biz_id?.trim() || newBizId();
      const [added] = await vault.add([
        {
          ...{ ownerId: await ownerOf(asker), platformId: client.platformId, name: bizId, bizId },
          ...{ refreshToken: token, clientId: client.id, proxyId: proxy?.id ?? null },
          ...{ tags: tagsOf(fields.tag ?? ''), memo: fields.memo ?? '' },
          autoRefresh: fields.enabled ?? false,
        },
      ]);
      if (added?.kind !== 'created') throw notAdded(added);
      const { accountId } = added;
      const facts = { action: 'accounts.create' as const, after: { name: bizId } };
      await note(asker, { accountId, name: bizId }, facts);
      return await oneTold(asker, added.number);
    },

    /** @throws AppError not_found, conflict, bad_request. */
    async update(asker: Asker, number: number, fields: AccountFields): Promise<ContractAccount> {
      const row = await rowOf(number);
      const change = await changeOf(asker, row, fields);
      await repo.inTx(async (tx) => {
        if (change.bizId !== undefined && (await repo.isTaken(tx, change.bizId, row.accountId))) {
          throw new AppError('conflict', `Another account has the biz_id "${change.bizId}".`, {
            param: 'biz_id',
          });
        }
        await repo.update(tx, row.accountId, change, moment(asker));
        await audit.note(tx, {
          ...by(asker, asker.me),
          action: 'accounts.update',
          target: { kind: 'account', id: row.accountId, name: row.name },
          before: factsOf(row),
          after: { ...factsOf(row), ...change },
        });
      });
      return await oneTold(asker, number);
    },

    /** How many there were; the others are gone already. */
    async delete(asker: Asker, numbers: readonly number[]): Promise<number> {
      return await repo.inTx(async (tx) => {
        const gone = await repo.delete(tx, numbers);
        await audit.noteAll(
          tx,
          inParts(gone, gone.length > MOST_NOTES ? PART : 1).map((part) => ({
            ...by(asker, asker.me),
            action: 'accounts.delete' as const,
            target: { kind: 'account' as const, ...targetOf(part) },
            before: { numbers: part.map(({ number }) => number) },
          })),
        );
        return gone.length;
      });
    },

    /** @throws AppError not_found, refresh_failed, bad_request when it is switched off. */
    async refresh(
      asker: Asker,
      number: number,
      also: { user: boolean; account: boolean },
    ): Promise<ContractAccount> {
      const row = await rowOf(number);
      const failure = await refreshOne(asker, row);
      await note(asker, row, { action: 'vault.refresh', after: { outcome: failure ?? 'ok' } });
      if (failure !== null) throw new AppError('refresh_failed', failure);
      for (const which of ['user', 'account'] as const) {
        // What is told of the person is an extra: the tokens are there already.
        if (also[which]) await vault.refreshInfo(row.accountId, which).catch(() => null);
      }
      return await oneTold(asker, number);
    },

    /** @throws AppError not_found; upstream_failed, without an access token too: so the contract has it. */
    async refreshInfo(asker: Asker, number: number, which: 'user' | 'account') {
      const row = await rowOf(number);
      await vault.refreshInfo(row.accountId, which).catch((error: unknown) => {
        if (!(error instanceof AppError) || error.code !== 'bad_request') throw error;
        throw new AppError('upstream_failed', error.message, { cause: error });
      });
      await note(asker, row, { action: 'vault.refreshInfo', after: { which } });
      return await oneTold(asker, number);
    },

    /** Those that are there, a few at once; whoever leaves ends it before the next ones. */
    async refreshAll(asker: Asker, numbers: readonly number[], signal: AbortSignal) {
      const rows = await repo.byNumbers(numbers);
      await note(asker, null, { action: 'vault.refresh', after: { accounts: rows.length } });
      const results = rows.map(({ bizId }) => ({ rt_name: bizId, success: false, message: '' }));
      const waiting = rows.entries();
      const work = async () => {
        for (const [at, row] of waiting) {
          if (signal.aborted) return;
          const message = await refreshOne(asker, row).catch(messageOf);
          const result = results[at];
          if (result)
            Object.assign(result, { success: message === null, message: message ?? 'ok' });
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      return results;
    },

    /** New ones are added, those that are known or stand there twice are counted. */
    async import(
      asker: Asker,
      tokens: readonly string[],
      fields: Pick<AccountFields, 'client_id' | 'proxy' | 'tag'>,
    ): Promise<Imported> {
      const given = tokens.map((token) => token.trim()).filter((token) => token !== '');
      const fresh = [...new Set(given)].filter(isToken);
      if (fresh.length === 0) {
        return { total_count: given.length, success_count: 0, fail_count: given.length };
      }
      const known = await ways.read();
      const client = clientOf(known, fields.client_id);
      const given1 = fields.proxy ? await ways.proxy(asker, known, fields.proxy) : null;
      const on = known.proxies.filter(({ enabled }) => enabled).map(({ id }) => id);
      const proxy = inTurn(given1 ? [given1.id] : on);
      const same = known.clients.filter(({ platformId }) => platformId === client.platformId);
      const clientTurn = inTurn(fields.client_id ? [client.id] : same.map(({ id }) => id));
      const ownerId = await ownerOf(asker);
      const tags = cleanTags(tagsOf(fields.tag ?? ''));
      const rows: NewVaultAccount[] = fresh.map((refreshToken) => {
        const bizId = newBizId();
        return {
          ...{ ownerId, platformId: client.platformId, name: bizId, bizId, refreshToken, tags },
          ...{ clientId: clientTurn(), proxyId: proxy(), autoRefresh: false },
        };
      });
      const added = await vault.add(rows);
      const success = added.filter(({ kind }) => kind === 'created').length;
      const facts = { rows: given.length, created: success, tags };
      await note(asker, null, { action: 'vaultContract.import', after: facts });
      return {
        ...{ total_count: given.length, success_count: success },
        fail_count: given.length - success,
      };
    },
  };
}

function inParts<Thing>(things: readonly Thing[], size: number): Thing[][] {
  const parts: Thing[][] = [];
  for (let from = 0; from < things.length; from += size)
    parts.push(things.slice(from, from + size));
  return parts;
}

/** Of one account itself, of many the vault. */
function targetOf([first, ...others]: readonly { id: string; name: string }[]) {
  if (!first || others.length > 0) return { id: '', name: 'vault' };
  return { id: first.id, name: first.name };
}

function notAdded(added: Added | undefined): AppError {
  if (added?.kind === 'known') {
    return new AppError('conflict', 'This token is here already.', { param: 'rt_token' });
  }
  const text = added?.kind === 'refused' ? added.text : 'It could not be added.';
  return new AppError('bad_request', text);
}

function messageOf(error: unknown): string {
  return error instanceof AppError ? error.message : 'Something went wrong. Try again.';
}

/** What may be told of an account: never a token. */
function factsOf({ autoRefresh, bizId, clientId, memo, proxyId, state, tags }: ContractRow) {
  const enabled = state !== 'disabled' && autoRefresh;
  return { bizId, clientId, enabled, memo, proxyId, tags };
}
