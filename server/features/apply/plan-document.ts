import { AppError } from '#shared/errors.ts';
import type { ApplyDocument } from '#shared/schemas/apply.ts';
import { customPlatform } from '../../platforms/custom.ts';
import { PLUGIN_PLATFORM, pluginPlatform } from '../../platforms/plugin.ts';
import { BUILT_IN, isBuiltIn } from '../../platforms/registry.ts';
import { storedForm } from '../keys/index.ts';
import type { Snapshot } from './apply.rows.ts';
import {
  type AccountTools,
  planAccount,
  planKey,
  planModel,
  planPlatform,
  planUser,
} from './plan-entries.ts';
import { planOAuthClient } from './plan-oauth-client.ts';

export type PlanTools = {
  /** Hash of the wanted password, or undefined when the one stored fits it. */
  passwordHash(username: string): string | undefined;
  /** Null when there is none, or it does not open: then the file's key replaces it. */
  openKey(id: string, sealed: string | null): string | null;
  sealKey: AccountTools['seal'];
  /** Null when there is none, or it does not open. */
  openClientSecret(id: string, sealed: string | null): string | null;
  sealClientSecret(id: string, secret: string): string;
  newId(): string;
};

/** What has to be written to make the database say what the file says, given what is there. */
export function planDocument(document: ApplyDocument, snapshot: Snapshot, tools: PlanTools) {
  const { newId } = tools;
  const platforms = planEach(document.platforms, 'platforms', (wanted) => {
    if (isBuiltIn(wanted.id)) throw refusal(`${wanted.id} is built in; choose another id`, 'id');
    const found = snapshot.platforms.find((row) => row.id === wanted.id);
    return planPlatform(wanted, found);
  });
  const users = planEach(document.users, 'users', (wanted) => {
    if (!snapshot.roles.has(wanted.role)) throw refusal('there is no such role', 'role');
    const found = snapshot.users.find((row) => row.username === wanted.username);
    return planUser(wanted, found, { newId, passwordHash: tools.passwordHash(wanted.username) });
  });
  const find = references(snapshot, platforms, users);
  const accounts = planEach(document.accounts, 'accounts', (wanted) => {
    const ownerId = find.owner(wanted.owner);
    const found = snapshot.accounts.find(
      (row) =>
        row.ownerId === ownerId && row.platformId === wanted.platform && row.name === wanted.name,
    );
    return planAccount(wanted, found, {
      ownerId,
      platform: find.platform(wanted.platform, 'platform'),
      mayLendPersonal: snapshot.personalLending.has(wanted.platform),
      userId: find.user,
      storedKey: found ? tools.openKey(found.id, found.secret) : null,
      seal: tools.sealKey,
      newId,
    });
  });
  const models = planEach(document.models, 'models', (wanted) => {
    for (const [at, route] of wanted.routes.entries()) {
      find.platform(route.platform, `routes[${at}].platform`);
    }
    const found = snapshot.models.find((row) => row.name === wanted.name);
    return planModel(wanted, found, { newId });
  });
  const findKey = keyFinder(snapshot, document);
  const keys = planEach(document.keys, 'keys', (wanted) => {
    const ownerId = find.owner(wanted.owner);
    return planKey(wanted, findKey(wanted, ownerId), { newId, ownerId });
  });
  const oauthClients = planEach(document.oauthClients, 'oauthClients', (wanted) => {
    const found = snapshot.oauthClients.find(
      (row) => row.platformId === wanted.platform && row.name === wanted.name,
    );
    return planOAuthClient(wanted, found, {
      platform: find.platform(wanted.platform, 'platform'),
      storedSecret: found ? tools.openClientSecret(found.id, found.clientSecret) : null,
      seal: tools.sealClientSecret,
      newId,
    });
  });
  return { platforms, users, accounts, models, keys, oauthClients };
}
export type DocumentPlan = ReturnType<typeof planDocument>;

type StepName = { id: string; name: string };

/** Finds what an entry refers to, in the file or in the database. */
function references(
  snapshot: Snapshot,
  platforms: readonly StepName[],
  users: readonly StepName[],
) {
  const ownerIds = new Map([
    ...snapshot.users.map((row) => [row.username, row.id] as const),
    ...users.map((step) => [step.name, step.id] as const),
  ]);
  const added = new Set([...snapshot.platforms, ...platforms].map(({ id }) => id));
  const builtIn = new Map(BUILT_IN.map((platform) => [platform.id, platform]));
  function user(username: string, field: string): string {
    const id = ownerIds.get(username);
    if (id === undefined) {
      throw refusal(`there is no user ${username}, in the file or in the database`, field);
    }
    return id;
  }
  return {
    user,
    owner: (username: string) => user(username, 'owner'),
    platform(id: string, field: string) {
      const found = builtIn.get(id);
      if (found) return found;
      if (id === PLUGIN_PLATFORM) {
        if (field !== 'platform') return pluginPlatform('');
        throw refusal('the accounts of the Plug-in API are made by the server itself', field);
      }
      if (added.has(id)) {
        return customPlatform({ id, name: id, protocol: 'openai-chat', baseUrl: '' });
      }
      throw refusal(`there is no platform ${id}, in the file or in the database`, field);
    },
  };
}

/**
 * By its secret; else the one working key of that name, which then gets the secret of the file. A
 * key whose secret another entry has is that entry's. A secret that was replaced by rotation finds its
 * key still.
 */
function keyFinder(snapshot: Snapshot, { keys }: ApplyDocument) {
  const hashes = new Set(keys.map(({ secret }) => storedForm(secret).secretHash));
  const byHash = new Map([
    ...snapshot.keys.map((row) => [row.previousHash, row] as const),
    ...snapshot.keys.map((row) => [row.secretHash, row] as const),
  ]);
  return (wanted: { name: string; secret: string }, ownerId: string) => {
    const same = byHash.get(storedForm(wanted.secret).secretHash);
    if (same) return same;
    const named = snapshot.keys.filter(
      (row) =>
        !row.revoked &&
        row.ownerId === ownerId &&
        row.name === wanted.name &&
        !hashes.has(row.secretHash),
    );
    return named.length === 1 ? named[0] : undefined;
  };
}

/** Puts the place of the entry in front of what is wrong with it. */
function planEach<Entry, Result>(
  entries: readonly Entry[],
  list: string,
  plan: (entry: Entry) => Result,
): Result[] {
  return entries.map((entry, at) => {
    try {
      return plan(entry);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const path = `${list}[${at}].${error.param ?? ''}`;
      throw new AppError(error.code, `${path}: ${error.message}`, { param: path });
    }
  });
}

function refusal(message: string, field: string): AppError {
  return new AppError('bad_request', message, { param: field });
}
