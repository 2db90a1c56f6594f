import { AppError } from '#shared/errors.ts';
import { covers, type Permission } from '#shared/permissions.ts';
import type { UserCreate, UserCreated } from '#shared/schemas/users.ts';
import type {
  ImportFile,
  ImportPreview,
  ImportProblem,
  ImportResult,
  ImportRow,
  ImportRows,
} from '#shared/schemas/users-bulk.ts';
import type { Actor } from '../audit/index.ts';
import { bounded, readImport } from './read-import.ts';
import { toRefusal } from './refusals.ts';
import type { UsersRepo } from './users.repo.ts';

type UsersImportDeps = {
  repo: Pick<UsersRepo, 'inTx' | 'roleAllows' | 'taken'>;
  create(actor: Actor, input: UserCreate & ImportRow): Promise<UserCreated>;
};

type People = ImportPreview['people'];

/** Many people out of a file: looked at first, brought in a few at a time. */
export function createUsersImport({ create, repo }: UsersImportDeps) {
  /** What each role of the file allows; null = there is no such role. */
  async function rolesOf(people: People): Promise<Map<string, readonly Permission[] | null>> {
    const roles = [...new Set(people.map(({ row }) => row.role))];
    return repo.inTx(async (tx) => {
      const found = new Map<string, readonly Permission[] | null>();
      for (const role of roles) found.set(role, await repo.roleAllows(tx, role));
      return found;
    });
  }

  /** What is wrong with people who are well written: names that are taken, roles one may not give. */
  async function problemsOf(actor: Actor, people: People): Promise<ImportProblem[]> {
    const roles = await rolesOf(people);
    const taken = await repo.taken(
      people.map(({ row }) => row.username),
      people.flatMap(({ row }) => row.email ?? []),
    );
    return people.flatMap(({ line, row }): ImportProblem[] => {
      const allows = roles.get(row.role) ?? null;
      const told: ImportProblem[] = [];
      if (taken.usernames.has(row.username)) {
        told.push({ line, column: 'username', code: 'nameTaken' });
      }
      if (row.email !== undefined && taken.emails.has(row.email)) {
        told.push({ line, column: 'email', code: 'emailTaken' });
      }
      if (allows === null) told.push({ line, column: 'role', code: 'noRole' });
      else if (!covers(actor.me, allows)) {
        told.push({ line, column: 'role', code: 'roleBeyond' });
      }
      return told;
    });
  }

  return {
    /** Reads a file and changes nothing. */
    async previewImport(actor: Actor, { csv }: ImportFile): Promise<ImportPreview> {
      const { ignored, people, problems } = readImport(csv);
      const all = [...problems, ...(await problemsOf(actor, people))];
      const bad = new Set(all.map(({ line }) => line));
      return {
        ignored: ignored.slice(0, 50),
        people: people.filter(({ line }) => !bad.has(line)),
        problems: bounded(all),
        refused: bad.size,
      };
    },

    /** Brings a part of a file in; whoever is refused is told of, and the others come in all the same. */
    async importRows(actor: Actor, { rows }: ImportRows): Promise<ImportResult> {
      const done: ImportResult['rows'] = [];
      for (const row of rows) {
        const { username } = row;
        try {
          const { invite, user } = await create(actor, row);
          done.push({ username, id: user.id, invite, reason: null });
        } catch (thrown) {
          if (!(thrown instanceof AppError) || thrown.code === 'storage_unavailable') throw thrown;
          done.push({ username, id: null, invite: null, reason: toRefusal(thrown) });
        }
      }
      return { rows: done };
    },
  };
}
