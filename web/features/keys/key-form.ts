import { KeyAddress, KeyCreate, KeyScope, KeyUpdate, type KeyView } from '#shared/schemas/keys.ts';
import { checkWith } from '../../lib/check-with.ts';
import { type ExpiryValues, toExpiresAt, toExpiryValues } from './expiry.ts';

export type KeyFormValues = {
  name: string;
  description: string;
  rpm: number | null;
  tokensPerDay: number | null;
  /** Dollars. */
  costPerDay: number | null;
  costPerMonth: number | null;
  allowedModels: string[];
  scopes: string[];
  /** As typed: one a line, or with commas or spaces between them. */
  addresses: string;
  expiry: ExpiryValues;
};

export const NEW_KEY: KeyFormValues = {
  name: '',
  description: '',
  rpm: null,
  tokensPerDay: null,
  costPerDay: null,
  costPerMonth: null,
  allowedModels: [],
  scopes: [],
  addresses: '',
  expiry: { choice: 'never', date: '' },
};

const MICROS = 1_000_000;
const dollars = (micros: number | null) => (micros === null ? null : micros / MICROS);
const micros = (typed: number | null) => (typed === null ? null : Math.round(typed * MICROS));

export function keyValues(key: KeyView): KeyFormValues {
  const { name, description, rpm, tokensPerDay, allowedModels, scopes } = key;
  return {
    ...{ name, description, rpm, tokensPerDay, allowedModels, scopes },
    costPerDay: dollars(key.costPerDay),
    costPerMonth: dollars(key.costPerMonth),
    addresses: key.addresses.join('\n'),
    expiry: toExpiryValues(key.expiresAt),
  };
}

/** What was typed as addresses, one by one. */
export function typedAddresses(text: string): string[] {
  return text.split(/[\s,;]+/).filter(Boolean);
}

function fields({ name, description, rpm, tokensPerDay, allowedModels, ...form }: KeyFormValues) {
  return {
    ...{ name: name.trim(), description: description.trim(), rpm, tokensPerDay, allowedModels },
    costPerDay: micros(form.costPerDay),
    costPerMonth: micros(form.costPerMonth),
    scopes: KeyScope.options.filter((scope) => form.scopes.includes(scope)),
    addresses: typedAddresses(form.addresses),
  };
}

/** The form as `keys.create` takes it; call it after `checkKey` found nothing. */
export function toKeyCreate(values: KeyFormValues, now: number): KeyCreate {
  const expiresAt = toExpiresAt(values.expiry, now);
  return { ...fields(values), expiresAt: expiresAt === 'invalid' ? null : expiresAt };
}

/** The form as `keys.update` takes it. An expiry nobody touched is not sent: it may lie in the past. */
export function toKeyUpdate(key: KeyView, values: KeyFormValues, now: number): KeyUpdate {
  const expiresAt = expiryTouched(key, values) ? toExpiresAt(values.expiry, now) : 'invalid';
  const { scopes, ...rest } = fields(values);
  // Scopes that only a newer server knows would be lost by sending what is left of them.
  const scoped = values.scopes.join() !== key.scopes.join();
  return {
    id: key.id,
    ...rest,
    ...(scoped && { scopes }),
    ...(expiresAt !== 'invalid' && { expiresAt }),
  };
}

function expiryTouched(key: KeyView, { expiry }: KeyFormValues): boolean {
  const before = toExpiryValues(key.expiresAt);
  return before.choice !== expiry.choice || before.date !== expiry.date;
}

export type KeyFormTexts = {
  /** Said of a day that is over. */
  past: string;
  /** Said of what is no address. */
  address(entry: string): string;
};

/** What is wrong, by field. `key` is null for a new one. */
export function checkKey(values: KeyFormValues, key: KeyView | null, texts: KeyFormTexts) {
  const now = Date.now();
  const errors =
    key === null
      ? checkWith(KeyCreate)(toKeyCreate(values, now))
      : checkWith(KeyUpdate)(toKeyUpdate(key, values, now));
  const wrong = typedAddresses(values.addresses).find(
    (entry) => !KeyAddress.safeParse(entry).success,
  );
  if (wrong !== undefined) errors['addresses'] = texts.address(wrong);
  const touched = key === null || expiryTouched(key, values);
  if (touched && toExpiresAt(values.expiry, now) === 'invalid') errors['expiry.date'] = texts.past;
  return errors;
}
