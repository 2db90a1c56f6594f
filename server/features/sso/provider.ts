import type { SsoSettings } from '#shared/schemas/sso.ts';

/** A service people may sign in by, as it is called. */
export type Provider = {
  id: string;
  name: string;
  enabled: boolean;
  clientId: string;
  /** Opened; null = the service asks for none. */
  secret: string | null;
  settings: SsoSettings;
  /** Another one after every change. */
  version: string;
  /** Where the service sends browsers back to unless a caller says otherwise; null = our own page. */
  redirectUri: string | null;
  /** False: it comes from the environment. */
  editable: boolean;
};
