import type { ProviderSave, ProviderView } from '#shared/schemas/sso.ts';
import { SSO_PRESETS, type SsoPresetName } from '#shared/sso-presets.ts';

/** What is typed; an empty secret leaves the one there is. */
export type ServiceValues = Omit<ProviderSave, 'secret'> & { secret: string };

/** A new service, filled in as far as it is known. */
export function fromPreset(name: SsoPresetName): ServiceValues {
  const { id, name: called, settings } = SSO_PRESETS[name];
  return { id, name: called, enabled: true, clientId: '', secret: '', settings, isNew: true };
}

/** A service as it is, to be changed. */
export function fromView({ id, name, enabled, clientId, settings }: ProviderView): ServiceValues {
  return { id, name, enabled, clientId, secret: '', settings, isNew: false };
}

/** What is sent. */
export function toSave({ secret, ...rest }: ServiceValues): ProviderSave {
  return secret.trim() === '' ? rest : { ...rest, secret };
}

/** What is shown in fields that are empty; no words of any language. */
export const EXAMPLES = { domain: 'example.com', claim: 'groups', value: 'admins' } as const;
