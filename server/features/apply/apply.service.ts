import { AppError } from '#shared/errors.ts';
import type { ApplyDocument } from '#shared/schemas/apply.ts';
import type { Tx } from '../../infra/prisma/client.ts';
import { openKey, sealKey } from '../accounts/index.ts';
import type { Audit } from '../audit/index.ts';
import { clientSecretPlace } from '../oauth-clients/index.ts';
import type { Passwords } from '../sessions/index.ts';
import type { UsersRepo } from '../users/index.ts';
import type { ApplyRepo } from './apply.repo.ts';
import type { Snapshot } from './apply.rows.ts';
import { namesIn } from './names-in.ts';
import { type PlanItem, toItem } from './plan.ts';
import { type DocumentPlan, planDocument } from './plan-document.ts';

export type ApplyDeps = {
  repo: ApplyRepo;
  users: Pick<UsersRepo, 'lockAdmins' | 'countAdminsBut'>;
  passwords: Passwords;
  audit: Pick<Audit, 'note'>;
  cipher: Parameters<typeof sealKey>[0];
  newId(): string;
};

/** By user name: the stored hash that was compared, and the new one where it did not fit. */
type Checked = Map<string, { stored: string | null; hash: string | undefined }>;

const TOPICS = ['platforms', 'users', 'accounts', 'models', 'keys'] as const;
/** OAuth clients are read at each use, so that nobody needs to be told of them. */
const LISTS = [...TOPICS, 'oauthClients'] as const;
const TRIES = 3;
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Nobody is signed in where a file is applied. */
const BY_FILE = {
  actor: { id: null, name: 'set-up file' },
  action: 'setup.apply',
  address: '',
  requestId: null,
} as const;

class ChangedMeanwhile extends Error {}

/**
 * The declarative set-up: makes users, platforms, accounts, models, keys and OAuth clients be as a file says. What
 * the file does not name is left alone; applying the same file again changes nothing.
 */
export function createApplyService(deps: ApplyDeps) {
  const { audit, repo, users, passwords, cipher, newId } = deps;

  /** bcrypt takes a quarter of a second each: outside of the transaction, side by side. */
  async function checkPasswords(document: ApplyDocument): Promise<Checked> {
    const snapshot = await repo.snapshot(namesIn(document));
    const stored = new Map(snapshot.users.map((user) => [user.username, user.passwordHash]));
    const checked = document.users.map(async ({ username, password }, at) => {
      const known = stored.get(username) ?? null;
      const same = known !== null && (await passwords.matches(password, known));
      // NOTE: one that was stored before it counted as weak does not stop a start.
      const hash = same
        ? undefined
        : await passwords.choose(password, { username }, `users[${at}].password`);
      return [username, { stored: known, hash }] as const;
    });
    return new Map(await Promise.all(checked));
  }

  function planned(document: ApplyDocument, snapshot: Snapshot, checked: Checked): DocumentPlan {
    for (const { username } of document.users) {
      const found = snapshot.users.find((row) => row.username === username);
      const compared = checked.get(username)?.stored ?? null;
      if ((found?.passwordHash ?? null) !== compared) throw new ChangedMeanwhile();
    }
    return planDocument(document, snapshot, {
      passwordHash: (username) => checked.get(username)?.hash,
      openKey: keyIn,
      sealKey: (id, apiKey) => sealKey(cipher, id, apiKey),
      openClientSecret,
      sealClientSecret: (id, secret) => cipher.seal(secret, clientSecretPlace(id)),
      newId,
    });
  }

  function openClientSecret(id: string, sealed: string | null): string | null {
    try {
      return sealed && cipher.open(sealed, clientSecretPlace(id));
    } catch {
      return null;
    }
  }

  function keyIn(id: string, sealed: string | null): string | null {
    try {
      return openKey(cipher, id, sealed);
    } catch {
      return null;
    }
  }

  async function write(tx: Tx, plan: DocumentPlan): Promise<void> {
    for (const step of plan.platforms) await repo.savePlatform(tx, step);
    await keepAnAdmin(tx, plan, async () => {
      for (const step of plan.users) await repo.saveUser(tx, step);
    });
    for (const step of plan.accounts) await repo.saveAccount(tx, step);
    for (const step of plan.models) await repo.saveModel(tx, step);
    for (const step of plan.keys) await repo.saveKey(tx, step);
    for (const step of plan.oauthClients) await repo.saveOAuthClient(tx, step);
    for (const topic of TOPICS) {
      const ids = plan[topic].filter((step) => step.action !== 'unchanged').map(({ id }) => id);
      if (ids.length > 0) await repo.notify(tx, topic, ids);
    }
  }

  /** One row for each entry that was made or changed, after all else. */
  async function note(tx: Tx, plan: DocumentPlan, snapshot: Snapshot): Promise<void> {
    for (const list of LISTS) {
      const rows = new Map<string, object>(snapshot[list].map((row) => [row.id, row]));
      for (const step of plan[list]) {
        if (step.action === 'unchanged') continue;
        const found = rows.get(step.id);
        const names = Object.keys(step.columns);
        await audit.note(tx, {
          ...BY_FILE,
          target: { kind: step.kind, id: step.id, name: step.name },
          before: found
            ? Object.fromEntries(names.map((name) => [name, Reflect.get(found, name)]))
            : null,
          // Names of fields tell of those whose values are secret.
          after: { ...step.columns, fields: step.changes },
        });
      }
    }
  }

  /** Throws when `change` takes the last admin's role away: nobody could give it back. */
  async function keepAnAdmin(tx: Tx, plan: DocumentPlan, change: () => Promise<void>) {
    const demotes = plan.users.some(
      (step) => step.action === 'update' && step.columns.role !== 'admin',
    );
    if (!demotes) return change();
    await users.lockAdmins(tx);
    const before = await users.countAdminsBut(tx, NOBODY);
    await change();
    if (before === 0 || (await users.countAdminsBut(tx, NOBODY)) > 0) return;
    throw new AppError('conflict', 'users: nobody who can sign in would be an admin any more', {
      param: 'users',
    });
  }

  async function tryPlan(document: ApplyDocument): Promise<PlanItem[]> {
    const checked = await checkPasswords(document);
    return toItems(planned(document, await repo.snapshot(namesIn(document)), checked));
  }

  async function tryApply(document: ApplyDocument): Promise<PlanItem[]> {
    const checked = await checkPasswords(document);
    return repo.alone(async (tx) => {
      const named = namesIn(document);
      await repo.holdPlatforms(tx, named.platformIds);
      const snapshot = await repo.snapshot(named, tx);
      const plan = planned(document, snapshot, checked);
      await write(tx, plan);
      await note(tx, plan, snapshot);
      return toItems(plan);
    });
  }

  return {
    /** What `apply` would do, with nothing written. Throws AppError like it. */
    plan: (document: ApplyDocument) => unlessChanged(() => tryPlan(document)),

    /**
     * Does it, all or nothing, and says what was done. Throws AppError bad_request with the path of
     * an entry that cannot be, or conflict.
     */
    apply: (document: ApplyDocument) => unlessChanged(() => tryApply(document)),
  };
}
export type ApplyService = ReturnType<typeof createApplyService>;

/** Tries again when a password changed between its comparison and the transaction. */
async function unlessChanged<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ChangedMeanwhile)) throw error;
    }
  }
  throw new AppError('conflict', 'Users are being changed right now. Try again.');
}

function toItems(plan: DocumentPlan): PlanItem[] {
  return LISTS.flatMap((list) => plan[list].map(toItem));
}
