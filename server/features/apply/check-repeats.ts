import type { ApplyDocument } from '#shared/schemas/apply.ts';
import { ApplyFileError } from './apply-file-error.ts';

/** Throws ApplyFileError when two entries of the file describe the same thing. */
export function checkRepeats(document: ApplyDocument): void {
  unique('users', document.users, ({ username }) => username);
  unique('platforms', document.platforms, ({ id }) => id);
  unique('accounts', document.accounts, ({ owner, platform, name }) =>
    JSON.stringify([owner, platform, name]),
  );
  unique('models', document.models, ({ name }) => name);
  unique('oauthClients', document.oauthClients, ({ platform, name }) =>
    JSON.stringify([platform, name]),
  );
  unique('keys', document.keys, ({ owner, name }) => JSON.stringify([owner, name]));
  unique('keys', document.keys, ({ secret }) => secret, '.secret');
  for (const [at, { routes }] of document.models.entries()) {
    unique(`models[${at}].routes`, routes, ({ platform, model }) =>
      JSON.stringify([platform, model]),
    );
  }
}

function unique<Entry>(
  list: string,
  entries: readonly Entry[],
  identity: (entry: Entry) => string,
  field = '',
): void {
  const first = new Map<string, number>();
  for (const [at, entry] of entries.entries()) {
    const before = first.get(identity(entry));
    if (before !== undefined) {
      throw new ApplyFileError(`is the same as ${list}[${before}]${field}`, {
        path: `${list}[${at}]${field}`,
      });
    }
    first.set(identity(entry), at);
  }
}
