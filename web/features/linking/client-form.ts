import { OAUTH_PRESETS, type OAuthPresetName } from '#shared/oauth-presets.ts';
import type {
  OAuthClientSave,
  OAuthClientSettings,
  OAuthClientView,
} from '#shared/schemas/oauth-clients.ts';

/** What is typed; an empty secret leaves the one there is. */
export type ClientValues = Omit<OAuthClientSave, 'secret' | 'settings'> & {
  secret: string;
  issuer: string;
  /** `name=value`, one a line. */
  params: string;
  settings: Omit<OAuthClientSettings, 'authorizeParams'>;
};

/** A new client, filled in as far as it is known. */
export function fromPreset(name: OAuthPresetName, platformId: string): ClientValues {
  const { issuer, settings } = OAUTH_PRESETS[name];
  return { id: null, platformId, name: '', clientId: '', secret: '', issuer, ...split(settings) };
}

/** A client as it is, to be changed. */
export function fromView(view: OAuthClientView): ClientValues {
  const { clientId, id, name, platformId, settings } = view;
  return { id, platformId, name, clientId, secret: '', issuer: '', ...split(settings) };
}

/** What is sent; where one is stored, no secret typed leaves it, unless none is wanted any more. */
export function toSave(
  { issuer: _, params, secret, settings, ...rest }: ClientValues,
  hasSecret: boolean,
): OAuthClientSave {
  const typed = secret.trim();
  const gone = hasSecret && settings.tokenAuth === 'none' ? { secret: null } : {};
  return {
    ...rest,
    ...(typed === '' ? gone : { secret: typed }),
    settings: { ...settings, authorizeParams: paramsIn(params) },
  };
}

function split({ authorizeParams, ...settings }: OAuthClientSettings) {
  const params = Object.entries(authorizeParams).map(([name, value]) => `${name}=${value}`);
  return { params: params.join('\n'), settings };
}

/** The parameters of lines `name=value`; a line without a name stays to be refused. */
export function paramsIn(text: string): OAuthClientSettings['authorizeParams'] {
  const lines = text.split('\n').map((line) => line.trim());
  return Object.fromEntries(
    lines
      .filter((line) => line !== '')
      .map((line) => {
        const at = line.indexOf('=');
        return at < 0 ? [line, ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
      }),
  );
}
