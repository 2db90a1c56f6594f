import type { ApplyDocument } from '#shared/schemas/apply.ts';
import { storedForm } from '../keys/index.ts';
import type { Named } from './apply.repo.ts';

/** Everything a file names, so that no more than that is read. */
export function namesIn(document: ApplyDocument): Named {
  const { platforms, users, accounts, models, keys, oauthClients } = document;
  const unique = (names: readonly string[]) => [...new Set(names)];
  return {
    platformIds: unique([
      ...platforms.map(({ id }) => id),
      ...accounts.map(({ platform }) => platform),
      ...oauthClients.map(({ platform }) => platform),
      ...models.flatMap(({ routes }) => routes.map(({ platform }) => platform)),
    ]),
    usernames: unique([
      ...users.map(({ username }) => username),
      ...accounts.flatMap(({ loan, owner }) => [owner, ...(loan?.users ?? [])]),
      ...keys.map(({ owner }) => owner),
    ]),
    accountNames: unique(accounts.map(({ name }) => name)),
    clientNames: unique(oauthClients.map(({ name }) => name)),
    modelNames: models.map(({ name }) => name),
    keyNames: unique(keys.map(({ name }) => name)),
    secretHashes: keys.map(({ secret }) => storedForm(secret).secretHash),
  };
}
