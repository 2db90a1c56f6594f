import { KeyCreate, KeyUpdate, type KeyView } from '#shared/schemas/keys.ts';
import { checkWith } from '../../lib/check-with.ts';
import { type ExpiryValues, toExpiresAt, toExpiryValues } from './expiry.ts';

export type KeyFormValues = {
  name: string;
  rpm: number | null;
  tokensPerDay: number | null;
  allowedModels: string[];
  expiry: ExpiryValues;
};

export const NEW_KEY: KeyFormValues = {
  name: '',
  rpm: null,
  tokensPerDay: null,
  allowedModels: [],
  expiry: { choice: 'never', date: '' },
};

export function keyValues(key: KeyView): KeyFormValues {
  const { name, rpm, tokensPerDay, allowedModels, expiresAt } = key;
  return { name, rpm, tokensPerDay, allowedModels, expiry: toExpiryValues(expiresAt) };
}

function fields({ name, rpm, tokensPerDay, allowedModels }: KeyFormValues) {
  return { name: name.trim(), rpm, tokensPerDay, allowedModels };
}

/** The form as `keys.create` takes it; call it after `checkKey` found nothing. */
export function toKeyCreate(values: KeyFormValues, now: number): KeyCreate {
  const expiresAt = toExpiresAt(values.expiry, now);
  return { ...fields(values), expiresAt: expiresAt === 'invalid' ? null : expiresAt };
}

/** The form as `keys.update` takes it. An expiry nobody touched is not sent: it may lie in the past. */
export function toKeyUpdate(key: KeyView, values: KeyFormValues, now: number): KeyUpdate {
  const expiresAt = expiryTouched(key, values) ? toExpiresAt(values.expiry, now) : 'invalid';
  return {
    id: key.id,
    ...fields(values),
    ...(expiresAt !== 'invalid' && { expiresAt }),
  };
}

function expiryTouched(key: KeyView, { expiry }: KeyFormValues): boolean {
  const before = toExpiryValues(key.expiresAt);
  return before.choice !== expiry.choice || before.date !== expiry.date;
}

/** What is wrong, by field; `past` is said of a day that is over. `key` is null for a new one. */
export function checkKey(values: KeyFormValues, key: KeyView | null, past: string) {
  const now = Date.now();
  const errors =
    key === null
      ? checkWith(KeyCreate)(toKeyCreate(values, now))
      : checkWith(KeyUpdate)(toKeyUpdate(key, values, now));
  const touched = key === null || expiryTouched(key, values);
  if (touched && toExpiresAt(values.expiry, now) === 'invalid') errors['expiry.date'] = past;
  return errors;
}
