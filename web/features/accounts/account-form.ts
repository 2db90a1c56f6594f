import { AccountCreate, AccountUpdate, type AccountView } from '#shared/schemas/accounts.ts';
import type { PlatformView } from '#shared/schemas/platforms.ts';
import { checkWith } from '../../lib/check-with.ts';
import { fromFields, type SandboxFieldValues, toFields } from './sandbox-options.ts';

export type AccountFormValues = {
  name: string;
  /** Empty while adding to a platform without keys, and always while editing. */
  apiKey: string;
  shared: boolean;
  sandbox: SandboxFieldValues;
};

export function newAccountValues(name: string): AccountFormValues {
  return { name, apiKey: '', shared: false, sandbox: toFields({}) };
}

export function accountValues({ name, shared, options }: AccountView): AccountFormValues {
  return { name, apiKey: '', shared, sandbox: toFields(options) };
}

/** Whether the platform takes no account without a key. */
export function keyRequired(platform: PlatformView): boolean {
  return platform.needsKey && !platform.keyOptional;
}

/** The form as `accounts.create` takes it. */
export function toCreate(platform: PlatformView, values: AccountFormValues): AccountCreate {
  const apiKey = values.apiKey.trim();
  return {
    platformId: platform.id,
    name: values.name.trim(),
    shared: values.shared,
    options: platform.id === 'sandbox' ? fromFields(values.sandbox) : {},
    ...(apiKey !== '' && { apiKey }),
  };
}

/** The form as `accounts.update` takes it. */
export function toUpdate(account: AccountView, values: AccountFormValues): AccountUpdate {
  return {
    id: account.id,
    name: values.name.trim(),
    shared: values.shared,
    ...(account.platformId === 'sandbox' && { options: fromFields(values.sandbox) }),
  };
}

/** What is wrong with a new account, by field; `missing` is said of an absent key. */
export function checkCreate(platform: PlatformView, values: AccountFormValues, missing: string) {
  const errors = checkWith(AccountCreate)(toCreate(platform, values));
  if (keyRequired(platform) && values.apiKey.trim() === '') errors['apiKey'] = missing;
  return errors;
}

/** What is wrong with a changed account, by field. */
export function checkUpdate(account: AccountView, values: AccountFormValues) {
  return checkWith(AccountUpdate)(toUpdate(account, values));
}
