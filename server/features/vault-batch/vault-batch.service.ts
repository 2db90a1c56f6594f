import { AppError } from '#shared/errors.ts';
import { can, requirePermission } from '#shared/permissions.ts';
import type { AuditAction } from '#shared/schemas/audit.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { VaultFilter } from '#shared/schemas/vault.ts';
import type {
  AssignApply,
  AssignAsk,
  AssignPlan,
  JobStarted,
  VaultBatchStart,
  VaultCopied,
  VaultCopy,
  VaultExport,
  VaultExported,
  VaultImport,
  VaultSelection,
} from '#shared/schemas/vault-batch.ts';
import type { Cipher } from '../../infra/cipher.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Tx } from '../../infra/prisma/client.ts';
import { type Actor, type Audit, by } from '../audit/index.ts';
import { type Jobs, MOST_ITEMS } from '../jobs/index.ts';
import { type Proven, requireRecentProof } from '../sessions/index.ts';
import type { Vault, VaultRow } from '../vault/index.ts';
import type { ParseImport } from '../vault-import/index.ts';
import { planAssignment } from './assign-plan.ts';
import { exportText } from './export-file.ts';
import { importItem, kindOf, problemItem } from './kinds.ts';
import { sealFile } from './sealed-file.ts';
import type { BatchAccount, BatchScope, VaultBatchRepo } from './vault-batch.repo.ts';

type VaultBatchDeps = {
  repo: VaultBatchRepo;
  jobs: Pick<Jobs, 'start' | 'cancel'>;
  vault: Pick<Vault, 'page'>;
  audit: Pick<Audit, 'note'>;
  cipher: Pick<Cipher, 'open'>;
  clock: Clock;
  /** Whether there is a platform of this id. */
  hasPlatform(id: string): boolean;
  newBizId: () => string;
  parseImport: ParseImport;
};

/** How long a deletion can be undone. */
export const UNDO_MS = 600_000;
const READ_AT_ONCE = 1_000;

/** What people do to many accounts of the vault at once: their own, or everybody's. */
export function createVaultBatchService(deps: VaultBatchDeps) {
  const { audit, cipher, clock, jobs, newBizId, parseImport, repo, vault } = deps;

  /** All that is selected at present and the person may change. @throws AppError bad_request = none. */
  async function selected(me: Me, selection: VaultSelection): Promise<BatchAccount[]> {
    const scope = changedBy(me);
    const ids =
      'ids' in selection ? [...new Set(selection.ids)] : await fitting(selection.filter, scope);
    const accounts = await repo.accounts(ids, scope);
    if (accounts.length > 0) return accounts;
    throw new AppError('bad_request', 'There is nothing to do: choose at least one account.', {
      param: 'selection',
    });
  }

  async function fitting(filter: VaultFilter, scope: BatchScope): Promise<string[]> {
    const ids: string[] = [];
    const wanted = { ...toVaultFilter(filter), ...(scope !== 'all' && scope) };
    for (let before: number | null = null; ids.length <= MOST_ITEMS; ) {
      const rows = await vault.page(wanted, before, READ_AT_ONCE);
      ids.push(...rows.filter(within(filter)).map(({ accountId }) => accountId));
      const last = rows.at(-1);
      if (!last || rows.length < READ_AT_ONCE) return ids;
      before = last.number;
    }
    throw new AppError('bad_request', `At most ${MOST_ITEMS} at once. Narrow the filter.`);
  }

  function noting(actor: Actor, action: AuditAction, kind: string, facts: object) {
    return (tx: Tx, jobId: string) =>
      audit.note(tx, {
        ...by(actor, actor.me),
        action,
        target: { kind: 'job', id: jobId, name: kind },
        after: { ...facts },
      });
  }

  async function planOf(me: Me, { selection, targets, what }: AssignAsk) {
    const accounts = await selected(me, selection);
    const found = await repo.targets(what, targets);
    if (found.length < new Set(targets).size) {
      throw new AppError('conflict', 'One of them is gone or switched off. Choose again.', {
        param: 'targets',
      });
    }
    const has = ({ clientId, proxyId }: BatchAccount) => (what === 'proxy' ? proxyId : clientId);
    const plan = planAssignment(
      accounts.map((account) => ({ ...account, has: has(account) })),
      found,
    );
    return { accounts, plan };
  }

  return {
    /** Begins to put a file's tokens into the vault, as the person's own. */
    async import(actor: Actor, input: VaultImport): Promise<JobStarted> {
      if (!deps.hasPlatform(input.platformId)) {
        throw new AppError('bad_request', 'There is no such platform.', { param: 'platformId' });
      }
      await checkWay(repo, input);
      const { problems, rows } = await parseImport(input.text, input.format);
      const items = [
        ...rows.map((row) => ({ line: row.line, ...importItem(input, row, newBizId) })),
        ...problems.map((problem) => ({ line: problem.line, ...problemItem(problem) })),
      ].sort((one, other) => one.line - other.line);
      const { clientId, enabled, format, platformId, proxyId, tags } = input;
      const facts = { platformId, format, clientId, proxyId, tags, enabled };
      const jobId = await jobs.start(
        'vault.import',
        { ownerId: actor.me.id, input: facts, items },
        noting(actor, 'vaultBatch.start', 'vault.import', { ...facts, count: items.length }),
      );
      return { jobId, count: items.length, undoUntil: null };
    },

    /** Begins to change what is selected. */
    async start(actor: Actor, { change, selection }: VaultBatchStart): Promise<JobStarted> {
      const accounts = await selected(actor.me, selection);
      const kind = kindOf(change);
      const undoUntil =
        change.what === 'delete' ? new Date(clock.now() + UNDO_MS).toISOString() : null;
      const input = { ...change, ...(undoUntil !== null && { undoUntil }) };
      const items = accounts.map((account) => {
        return { name: nameOf(account), input: account.accountId };
      });
      const jobId = await jobs.start(
        kind,
        { ownerId: actor.me.id, input, items },
        noting(actor, 'vaultBatch.start', kind, { ...input, count: items.length }),
      );
      return { jobId, count: items.length, undoUntil };
    },

    /** What proxies or clients can be given. */
    async choices(what: 'proxy' | 'client') {
      return repo.choices(what);
    },

    /** How many each would get; changes nothing. */
    async planAssign(actor: Actor, ask: AssignAsk): Promise<AssignPlan> {
      const { accounts, plan } = await planOf(actor.me, ask);
      const { moves, seal, targets, unfit } = plan;
      return { count: accounts.length, unfit, changed: moves.length, targets, seal };
    },

    /**
     * Begins what `planAssign` told.
     * @throws AppError conflict when it would be another plan by now: look at it again.
     */
    async assign(actor: Actor, ask: AssignApply): Promise<JobStarted> {
      const { accounts, plan } = await planOf(actor.me, ask);
      if (plan.seal !== ask.seal) {
        const text = 'The accounts changed since you looked. See what each would get now.';
        throw new AppError('conflict', text, { param: 'seal' });
      }
      const kind = ask.what === 'proxy' ? 'vault.assignProxy' : 'vault.assignClient';
      const names = new Map(accounts.map((account) => [account.accountId, nameOf(account)]));
      const items = plan.moves.map((move) => {
        return { name: names.get(move.accountId) ?? '', input: JSON.stringify(move) };
      });
      const counts = Object.fromEntries(plan.targets.map(({ after, name }) => [name, after]));
      const jobId = await jobs.start(
        kind,
        { ownerId: actor.me.id, input: { targets: ask.targets }, items },
        noting(actor, 'vaultBatch.start', kind, { count: items.length, counts }),
      );
      return { jobId, count: items.length, undoUntil: null };
    },

    /**
     * Brings back what a job deleted, and ends it.
     * @throws AppError not_found, conflict when it is too late.
     */
    async undo(actor: Actor, job: { id: string; undoUntil: string | null }): Promise<number> {
      const at = new Date(clock.now());
      if (job.undoUntil === null || new Date(job.undoUntil) <= at) {
        throw new AppError('conflict', 'It is too late to bring them back.');
      }
      await jobs.cancel(job.id, async () => undefined);
      return repo.inTx(async (tx) => {
        const count = await repo.undelete(tx, job.id, at);
        await noting(actor, 'vaultBatch.undo', 'vault.delete', { count })(tx, job.id);
        return count;
      });
    },

    /**
     * What is selected as a file; with refresh tokens only sealed with a passphrase.
     * @throws AppError step_up_needed; forbidden for others' tokens without `vault.reveal`.
     */
    async export(actor: Actor & Proven, input: VaultExport): Promise<VaultExported> {
      requireRecentProof(actor);
      const { format, passphrase, selection } = input;
      const accounts = await selected(actor.me, selection);
      const sealed = passphrase !== undefined;
      if (sealed && accounts.some(isForeign(actor.me))) requirePermission(actor.me, 'vault.reveal');
      const rows = await repo.exported(accounts.map(({ accountId }) => accountId));
      const facts = { count: rows.length, format, tokens: sealed };
      const target = { kind: 'account' as const, id: '', name: 'vault' };
      // Noted first: nothing leaves that nobody can find again.
      await repo.inTx((tx) =>
        audit.note(tx, {
          ...by(actor, actor.me),
          action: 'vaultBatch.export',
          target,
          after: facts,
        }),
      );
      if (!sealed) {
        const type = format === 'csv' ? 'text/csv' : 'application/json';
        return { name: `vault.${format}`, type, text: exportText(rows, format, null) };
      }
      const text = exportText(rows, format, ({ accountId, refreshToken }) =>
        cipher.open(refreshToken, {
          table: 'vault_tokens',
          column: 'refresh_token',
          id: accountId,
        }),
      );
      const type = 'application/json';
      return { name: `vault.${format}.sealed`, type, text: await sealFile(text, passphrase) };
    },

    /**
     * Access tokens in clear, of few accounts.
     * @throws AppError step_up_needed; forbidden for others' tokens without `vault.write`.
     */
    async copy(actor: Actor & Proven, { ids }: VaultCopy): Promise<VaultCopied> {
      requireRecentProof(actor);
      const accounts = await selected(actor.me, { ids });
      if (accounts.some(isForeign(actor.me))) requirePermission(actor.me, 'vault.write');
      const secrets = await repo.accessTokens(accounts.map(({ accountId }) => accountId));
      await repo.inTx((tx) =>
        audit.note(tx, {
          ...by(actor, actor.me),
          action: 'vaultBatch.copy',
          target: { kind: 'account', id: '', name: 'vault' },
          after: { count: secrets.size, accounts: [...secrets.keys()] },
        }),
      );
      const tokens = accounts.flatMap((account) => {
        const { accountId: id } = account;
        const secret = secrets.get(id);
        if (secret === undefined) return [];
        const accessToken = cipher.open(secret, { table: 'accounts', column: 'secret', id });
        return [{ accountId: id, name: nameOf(account), accessToken }];
      });
      return { tokens };
    },
  };
}
export type VaultBatchService = ReturnType<typeof createVaultBatchService>;

function changedBy(me: Me): BatchScope {
  return can(me, 'vault.write') || can(me, 'accounts.write') ? 'all' : { ownerId: me.id };
}

const isForeign =
  (me: Me) =>
  ({ ownerId }: BatchAccount): boolean =>
    ownerId !== me.id;

/** What people know it by, once: an account without a name of its own is called by its business id. */
function nameOf({ bizId, email, name }: BatchAccount): string {
  const known = email ?? name;
  return (known === bizId ? bizId : `${known} · ${bizId}`).slice(0, 200);
}

/** What the vault itself looks for; the rest is `within`. */
function toVaultFilter(filter: VaultFilter) {
  const {
    createdBefore,
    createdFrom,
    expiresBefore,
    expiresFrom,
    refreshBefore,
    refreshFrom,
    ...rest
  } = filter;
  const known = Object.fromEntries(
    Object.entries(rest).filter(([, value]) => value !== undefined),
  ) as { [Name in keyof typeof rest]?: Exclude<(typeof rest)[Name], undefined> };
  return {
    ...known,
    ...(createdFrom && { createdFrom: new Date(createdFrom) }),
    ...(createdBefore && { createdBefore: new Date(createdBefore) }),
    ...(expiresBefore && { expiresBefore: new Date(expiresBefore) }),
  };
}

function within({ expiresFrom, refreshBefore, refreshFrom }: VaultFilter) {
  const from = (date: Date | null, bound: string | undefined) =>
    bound === undefined || (date !== null && date >= new Date(bound));
  return (row: Pick<VaultRow, 'accessExpiresAt' | 'nextRefreshAt'>) =>
    from(row.accessExpiresAt, expiresFrom) &&
    from(row.nextRefreshAt, refreshFrom) &&
    (refreshBefore === undefined ||
      (row.nextRefreshAt !== null && row.nextRefreshAt < new Date(refreshBefore)));
}

/** @throws AppError bad_request when the client or proxy is not there, or of another platform. */
async function checkWay(
  repo: Pick<VaultBatchRepo, 'targets'>,
  { clientId, platformId, proxyId }: VaultImport,
): Promise<void> {
  const refuse = (param: string, text: string) => new AppError('bad_request', text, { param });
  if (proxyId !== null && (await repo.targets('proxy', [proxyId])).length === 0) {
    throw refuse('proxyId', 'There is no such proxy, or it is switched off.');
  }
  if (clientId === null) return;
  const [client] = await repo.targets('client', [clientId]);
  if (client?.platformId !== platformId) {
    throw refuse('clientId', 'The platform has no such OAuth client.');
  }
}
