import { z } from 'zod';
import { Id } from '#shared/schemas/common.ts';
import type { VaultBatchChange, VaultImport } from '#shared/schemas/vault-batch.ts';
import type { Clock } from '../../infra/clock.ts';
import type { ItemOutcome, Jobs, JobWork } from '../jobs/index.ts';
import type { Added, NewVaultAccount, Vault } from '../vault/index.ts';
import type { ImportProblem, ImportRow } from '../vault-import/index.ts';
import type { VaultBatchRepo } from './vault-batch.repo.ts';

type KindsDeps = {
  jobs: Pick<Jobs, 'define'>;
  repo: VaultBatchRepo;
  vault: Pick<Vault, 'add' | 'refresh'>;
  clock: Clock;
};

/** What an import's things hold; sealed, for there is a token in it. */
export type ImportItem = {
  problem: ImportProblem['reason'] | null;
  account: Omit<NewVaultAccount, 'ownerId'> | null;
};

/** Which job a change becomes; a name each, for people read them in the history. */
export function kindOf(change: VaultBatchChange): string {
  switch (change.what) {
    case 'enabled':
      return change.on ? 'vault.enable' : 'vault.disable';
    case 'autoRefresh':
      return change.on ? 'vault.autoRefreshOn' : 'vault.autoRefreshOff';
    case 'tags':
    case 'refresh':
    case 'delete':
      return `vault.${change.what}`;
  }
}

const MANY = { concurrency: 1, batch: 500, sealed: false } as const;
const REFRESHED_AT_ONCE = 8;
const Texts = z.array(z.string()).catch([]);
const Target = z.object({ accountId: Id, to: Id.nullable() });

/** Says what is done for jobs of the vault. */
export function defineKinds({ clock, jobs, repo, vault }: KindsDeps): void {
  jobs.define('vault.import', {
    ...MANY,
    batch: 250,
    sealed: true,
    run: (work, { job }) => importAll({ repo, vault }, work, job),
  });

  jobs.define('vault.refresh', {
    ...MANY,
    batch: 1,
    concurrency: REFRESHED_AT_ONCE,
    async run([item], { job }) {
      return item ? [await refresh(item, job)] : [];
    },
  });

  jobs.define('vault.tags', {
    ...MANY,
    async run(work, { job }) {
      const { add, remove } = job.input;
      const there = await repo.tag(inputs(work), Texts.parse(add), Texts.parse(remove));
      return told(work, there, 'changed');
    },
  });

  for (const on of [true, false]) {
    jobs.define(on ? 'vault.enable' : 'vault.disable', {
      ...MANY,
      async run(work, { job }) {
        const by = { at: new Date(clock.now()), actorId: job.ownerId };
        const { moved, there } = await repo.enable(inputs(work), on, by);
        const code = new Set(moved);
        return told(work, there, (id) => (code.has(id) ? 'changed' : 'same'));
      },
    });
    jobs.define(on ? 'vault.autoRefreshOn' : 'vault.autoRefreshOff', {
      ...MANY,
      async run(work) {
        const there = await repo.autoRefresh(inputs(work), on, new Date(clock.now()));
        return told(work, there, 'changed');
      },
    });
  }

  for (const what of ['proxy', 'client'] as const) {
    jobs.define(what === 'proxy' ? 'vault.assignProxy' : 'vault.assignClient', {
      ...MANY,
      async run(work) {
        const moves = work.map(({ input }) => Target.parse(JSON.parse(input)));
        const there = new Set(await repo.assign(what, moves));
        return work.map(({ number }, at) => outcome(number, there.has(moves[at]?.accountId ?? '')));
      },
    });
  }

  jobs.define('vault.delete', {
    ...MANY,
    async run(work, { job }) {
      const until = z.iso.datetime().parse(job.input['undoUntil']);
      const gone = await repo.delete(job.id, inputs(work), new Date(until));
      return told(work, gone, 'deleted');
    },
  });

  async function refresh(
    { input, number }: JobWork,
    job: { createdAt: Date; ownerId: string | null },
  ): Promise<ItemOutcome> {
    const last = await repo.refreshedAt(input);
    if (last === undefined) return outcome(number, false);
    // A server that died over this job had done it: another refresh would only cost a rotation.
    if (last !== null && last >= job.createdAt) return { number, state: 'done', code: 'refreshed' };
    const result = await vault.refresh(input, { trigger: 'batch', by: job.ownerId });
    return result.outcome === 'rotated' || result.outcome === 'kept'
      ? { number, state: 'done', code: 'refreshed' }
      : { number, state: 'failed', code: `refresh_${result.outcome}`, text: result.text };
  }
}

const inputs = (work: readonly JobWork[]) => work.map(({ input }) => input);

function outcome(number: number, there: boolean, code = 'changed', ref?: string): ItemOutcome {
  if (!there) return { number, state: 'skipped', code: 'gone' };
  return { number, state: code === 'same' ? 'skipped' : 'done', code, ...(ref && { ref }) };
}

/** Those that are there were done; the others are gone meanwhile. */
function told(
  work: readonly JobWork[],
  there: readonly string[],
  code: string | ((accountId: string) => string),
): ItemOutcome[] {
  const ids = new Set(there);
  return work.map(({ input, number }) => {
    const word = typeof code === 'string' ? code : code(input);
    return outcome(number, ids.has(input), word, input);
  });
}

/** Puts a part of a file into the vault. */
async function importAll(
  { repo, vault }: Pick<KindsDeps, 'repo' | 'vault'>,
  work: readonly JobWork[],
  { createdAt, ownerId }: { createdAt: Date; ownerId: string | null },
): Promise<ItemOutcome[]> {
  const items = work.map(({ input, number }) => {
    return { number, ...(JSON.parse(input) as ImportItem) };
  });
  const good = items.flatMap(({ account, number }) =>
    account && ownerId !== null ? [{ number, account: { ...account, ownerId } }] : [],
  );
  const added = await vault.add(good.map(({ account }) => account));
  const known = added.flatMap((one) => (one.kind === 'known' ? [one.accountId] : []));
  const bizIds = await repo.bizIds(known, createdAt);
  const outcomes = new Map(
    good.map(({ account, number }, at) => {
      const one = added[at];
      // It has the id made for this very line: a server added it, and died before it could tell.
      const ours = one?.kind === 'known' && bizIds.get(one.accountId) === account.bizId;
      return [number, importOutcome(number, one, ours)];
    }),
  );
  return items.map(({ number, problem }) => {
    if (problem === 'twice') return { number, state: 'skipped', code: 'twice' };
    const found = outcomes.get(number);
    return problem === null && found ? found : { number, state: 'failed', code: 'notAToken' };
  });
}

function importOutcome(number: number, added: Added | undefined, ours: boolean): ItemOutcome {
  if (added?.kind === 'refused') {
    return { number, state: 'failed', code: `refused_${added.reason}`, text: added.text };
  }
  if (added?.kind === 'created' || ours) {
    return { number, state: 'done', code: 'created', ...(added && { ref: added.accountId }) };
  }
  return { number, state: 'skipped', code: 'known' };
}

/** A line of a file as a thing of a job. */
export function importItem(
  input: Pick<VaultImport, 'clientId' | 'enabled' | 'platformId' | 'proxyId' | 'tags'>,
  row: ImportRow,
  newBizId: () => string,
): { name: string; input: string } {
  const { clientId, enabled, platformId, proxyId } = input;
  const { accessToken, email, memo, plan, token } = row;
  const bizId = row.bizId ?? newBizId();
  const item: ImportItem = {
    problem: null,
    account: {
      ...{ accessToken, bizId, clientId, email, enabled, memo, plan, platformId, proxyId },
      name: row.name || email || bizId,
      userName: row.name,
      refreshToken: token,
      tags: [...new Set([...input.tags, ...row.tags])],
    },
  };
  // Never more of a token than its last four characters, and of a short one nothing.
  const hint = token.length >= 12 ? `…${token.slice(-4)}` : '…';
  return {
    name: `${row.line} · ${row.email ?? row.bizId ?? hint}`.slice(0, 200),
    input: JSON.stringify(item),
  };
}

/** A line of which nothing comes, so that the report tells of every line. */
export function problemItem({ line, reason }: ImportProblem): { name: string; input: string } {
  const item: ImportItem = { problem: reason, account: null };
  return { name: String(line), input: JSON.stringify(item) };
}
