import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import type { Clock } from '../../infra/clock.ts';
import type { FernetReader } from '../../infra/fernet.ts';
import { type AccountCipher, sealKey } from '../accounts/index.ts';
import type { PluginKeysRepo } from './plugin-keys.repo.ts';

/** A row of the older system's `plugin_api_keys`, with the user name of its `users`. */
const Row = z.object({
  username: z
    .string()
    .trim()
    .toLowerCase()
    .min(1, 'is missing: join the rows with the users they belong to'),
  api_key: z.string().min(1),
  plugin_user_id: z.string().min(1).max(200).nullish().catch(null),
});

export type ImportResult = { line: number; username: string; became: ImportOutcome };
export type ImportOutcome = 'imported' | 'would be imported' | 'has a key already' | string;

export type ImportDeps = {
  repo: Pick<PluginKeysRepo, 'userIds' | 'adopt' | 'stored'>;
  open: FernetReader;
  cipher: AccountCipher;
  clock: Pick<Clock, 'now'>;
  newId: () => string;
};

/**
 * Takes over keys of the Plug-in API that an older database sealed with Fernet: opened, and sealed
 * with ours. CSV with a line of names, or one JSON object a line. Without `write` nothing is changed.
 * A line that cannot be taken over says why; the others are.
 * @throws AppError bad_request for a file that is neither.
 */
export async function importPluginKeys(
  deps: ImportDeps,
  text: string,
  { write }: { write: boolean },
): Promise<ImportResult[]> {
  const rows = readRows(text);
  const names = rows.map(({ row }) => (row.success ? row.data.username : ''));
  const ids = await deps.repo.userIds(names);
  const results: ImportResult[] = [];
  for (const { line, row } of rows) {
    if (!row.success) {
      const [issue] = row.error.issues;
      const became = `skipped: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`;
      results.push({ line, username: '', became });
      continue;
    }
    const { username } = row.data;
    const userId = ids.get(username);
    const became =
      userId === undefined
        ? 'skipped: there is no such user here'
        : await importOne(deps, userId, row.data, write);
    results.push({ line, username, became });
  }
  return results;
}

async function importOne(
  { cipher, clock, newId, open, repo }: ImportDeps,
  userId: string,
  row: z.infer<typeof Row>,
  write: boolean,
): Promise<ImportOutcome> {
  try {
    const key = open(row.api_key);
    if (!/^[\x21-\x7e]{1,500}$/.test(key)) return 'skipped: what is sealed is no key';
    if ((await repo.stored(userId)) !== null) return 'has a key already';
    if (!write) return 'would be imported';
    const accountId = newId();
    const made = { accountId, ...sealKey(cipher, accountId, key) };
    const pluginUserId = row.plugin_user_id ?? null;
    const kept = await repo.adopt(userId, { ...made, pluginUserId }, new Date(clock.now()));
    return kept ? 'imported' : 'has a key already';
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return `skipped: ${error.message}`;
  }
}

function readRows(text: string) {
  const content = text.replace(/^\uFEFF/, '');
  const records = content.trimStart().startsWith('{') ? jsonLines(content) : csv(content);
  return records.map(({ line, record }) => ({ line, row: Row.safeParse(record) }));
}

function jsonLines(text: string) {
  return text
    .split('\n')
    .map((content, at) => ({ line: at + 1, content: content.trim() }))
    .filter(({ content }) => content !== '')
    .map(({ content, line }) => ({ line, record: jsonIn(content) }));
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function csv(text: string) {
  try {
    const records: unknown[] = parse(text, { columns: true, skip_empty_lines: true, trim: true });
    return records.map((record, at) => ({ line: at + 2, record }));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new AppError('bad_request', `The file is neither CSV nor JSON lines: ${why}`);
  }
}
