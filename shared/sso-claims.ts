import type { RoleRule, SsoFields, SsoSettings } from './schemas/sso.ts';

/** A person as another service tells it. */
export type SsoPerson = {
  /** Their id there; '' = it told none. */
  subject: string;
  username: string;
  name: string;
  /** Lower case; null = none was told. */
  email: string | null;
  emailVerified: boolean;
  /** An https address, or ''. */
  avatarUrl: string;
  /** 0 to 4; null = the service has none. */
  trustLevel: number | null;
  /** The role of the first rule that fits; null = none does. */
  role: string | null;
};

/** Most of a text that is kept. */
const LONGEST = 300;

/**
 * Reads what a service tells of a person. Whatever it sends, the result is a person, if perhaps one
 * without an id.
 */
export function personOf(
  claims: unknown,
  { fields, roleRules }: Pick<SsoSettings, 'fields' | 'roleRules'>,
): SsoPerson {
  const read = (field: keyof SsoFields) => valueAt(claims, fields[field]);
  const avatar = textOf(read('avatar'));
  const email = textOf(read('email')).toLowerCase();
  return {
    subject: idOf(read('id')),
    username: textOf(read('username')),
    name: textOf(read('name')),
    email: /^[^\s@]+@[^\s@]+$/.test(email) ? email : null,
    emailVerified: isYes(read('emailVerified')),
    avatarUrl: /^https:\/\/[^\s"'<>]+$/.test(avatar) ? avatar : '',
    trustLevel: levelOf(read('trustLevel')),
    role: roleRules.find((rule) => fits(claims, rule))?.role ?? null,
  };
}

/** The member at a dotted path; undefined when there is none. */
export function valueAt(claims: unknown, path: string): unknown {
  if (path === '') return undefined;
  let value = claims;
  // A claim's own name may hold dots, as in https://example.com/groups.
  const whole = ownMember(value, path);
  if (whole !== undefined) return whole;
  for (const name of path.split('.')) value = ownMember(value, name);
  return value;
}

function ownMember(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

function fits(claims: unknown, { claim, value }: RoleRule): boolean {
  const found = valueAt(claims, claim);
  const all = Array.isArray(found) ? found : [found];
  return all.some((one) => isPlain(one) && String(one) === value);
}

function isPlain(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

/** Ids are compared, so one that was cut or rounded would be somebody else's. */
function idOf(value: unknown): string {
  if (Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && value.length <= LONGEST && !value.includes('\0') ? value : '';
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') return '';
  return value
    .replace(/\p{Cc}/gu, '')
    .trim()
    .slice(0, LONGEST);
}

function isYes(value: unknown): boolean {
  return value === true || value === 'true';
}

function levelOf(value: unknown): number | null {
  const level = typeof value === 'string' && /^\d$/.test(value) ? Number(value) : value;
  if (typeof level !== 'number' || !Number.isFinite(level)) return null;
  return Math.min(4, Math.max(0, Math.trunc(level)));
}
