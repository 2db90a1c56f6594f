import {
  AuthorizeParams,
  OAuthClientSettings,
  OAuthFields,
} from '#shared/schemas/oauth-clients.ts';
import type { Cipher, Place } from '../../infra/cipher.ts';
import type { ClientRow, ClientWrite } from './oauth-clients.repo.ts';

/** A client as it is used. */
export type OpenedClient = {
  id: string;
  platformId: string;
  name: string;
  clientId: string;
  /** Opened; null = a public client. */
  secret: string | null;
  settings: OAuthClientSettings;
};

/** Where a client's secret is sealed. */
export const clientSecretPlace = (id: string): Place => ({
  table: 'oauth_clients',
  column: 'client_secret',
  id,
});

/** The client of a row, its secret opened. Throws like the cipher. */
export function openClient(cipher: Pick<Cipher, 'open'>, row: ClientRow): OpenedClient {
  const { clientId, clientSecret, id, name, platformId } = row;
  const secret = clientSecret && cipher.open(clientSecret, clientSecretPlace(id));
  return { id, platformId, name, clientId, secret, settings: settingsOf(row) };
}

const TokenFormat = OAuthClientSettings.shape.tokenFormat.catch('form');
const TokenAuth = OAuthClientSettings.shape.tokenAuth.catch('none');

export function settingsOf(row: ClientRow): OAuthClientSettings {
  return {
    authorizationEndpoint: row.authorizationEndpoint ?? '',
    tokenEndpoint: row.tokenEndpoint,
    deviceEndpoint: row.deviceEndpoint ?? '',
    revocationEndpoint: row.revocationEndpoint ?? '',
    redirectUri: row.redirectUri ?? '',
    scopes: row.scopes.join(' '),
    authorizeParams: AuthorizeParams.catch({}).parse(row.authorizeParams),
    tokenFormat: TokenFormat.parse(row.tokenFormat),
    tokenAuth: TokenAuth.parse(row.tokenAuth),
    usePkce: row.usePkce,
    userInfoEndpoint: row.userInfoEndpoint ?? '',
    accountInfoEndpoint: row.accountInfoEndpoint ?? '',
    fields: OAuthFields.catch(OAuthFields.parse({})).parse(row.fields),
  };
}

/** The columns of a row as `columnsOf` makes them, so that both can be compared. */
export function writeOf(row: ClientRow): Required<ClientWrite> {
  const { clientId, clientSecret, id, name, platformId } = row;
  return { id, platformId, name, clientId, clientSecret, ...columnsOf(settingsOf(row)) };
}

/** Columns of settings: what is empty is null there. */
export function columnsOf(
  settings: OAuthClientSettings,
): Omit<ClientWrite, 'id' | 'platformId' | 'name' | 'clientId' | 'clientSecret'> {
  const { scopes, tokenAuth, tokenEndpoint, tokenFormat, usePkce } = settings;
  return {
    authorizationEndpoint: settings.authorizationEndpoint || null,
    tokenEndpoint,
    deviceEndpoint: settings.deviceEndpoint || null,
    revocationEndpoint: settings.revocationEndpoint || null,
    redirectUri: settings.redirectUri || null,
    scopes: scopes.split(/\s+/).filter((scope) => scope !== ''),
    authorizeParams: settings.authorizeParams,
    ...{ tokenFormat, tokenAuth, usePkce },
    userInfoEndpoint: settings.userInfoEndpoint || null,
    accountInfoEndpoint: settings.accountInfoEndpoint || null,
    fields: settings.fields,
  };
}
