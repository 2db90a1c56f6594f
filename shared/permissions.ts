import { AppError } from './errors.ts';

/**
 * Everything a role may allow besides managing what is one's own. The console's procedures, the REST
 * routes, the pages and the permission matrix all read this table; a code is `<area>.<act>`.
 */
export const PERMISSIONS = [
  /** See who is here, with their limits and what they have. */
  'users.read',
  /** Add, change, invite, silence, disable and remove people; approve who registered. */
  'users.write',
  /** Make roles and say what they allow. */
  'roles.write',
  /** Sign-in by other services, who may register, mail. */
  'sign-in.write',
  /** See everybody's keys. */
  'keys.read',
  /** Change, rotate and revoke everybody's keys. */
  'keys.write',
  /** See everybody's accounts. */
  'accounts.read',
  /** Change, test and remove everybody's accounts; say which personal ones may be lent. */
  'accounts.write',
  /** See which program leased whose token, secrets by name, jobs and proxies. */
  'vault.read',
  /** Keep everybody's refresh tokens, clients, proxies and secrets. */
  'vault.write',
  /**
   * See and export everybody's refresh tokens, and decide who else gets them: where they are sent,
   * and which programs see them. Whoever has a refresh token has the account.
   */
  'vault.reveal',
  /** Turn the keys that seal every secret. */
  'key-ring.write',
  'platforms.write',
  /** Models, their routes and prices. */
  'models.write',
  /** How pool credit is earned and spent. */
  'pool.write',
  /** See the limits of everybody and everything. */
  'limits.read',
  'limits.write',
  /** See everybody's requests and what they cost. */
  'usage.read',
  /** See who changed what. */
  'audit.read',
  /** Where alerts go, and from when on. */
  'alerts.write',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** Roles that are always there. Nobody can change or remove them. */
export const BUILT_IN_ROLES = {
  admin: PERMISSIONS,
  /** Keeps the accounts, models and keys running, and decides nothing about people. */
  operator: [
    'users.read',
    'keys.read',
    'keys.write',
    'accounts.read',
    'accounts.write',
    'vault.read',
    'vault.write',
    'platforms.write',
    'models.write',
    'pool.write',
    'limits.read',
    'limits.write',
    'usage.read',
    'alerts.write',
  ],
  /** Sees everything and changes nothing. */
  auditor: [
    'users.read',
    'keys.read',
    'accounts.read',
    'vault.read',
    'limits.read',
    'usage.read',
    'audit.read',
  ],
  member: [],
} as const satisfies Record<string, readonly Permission[]>;
export type BuiltInRole = keyof typeof BUILT_IN_ROLES;

/** Somebody of whom it is known what their role allows. */
export type Allowed = { permissions: readonly Permission[] };

/** Whether it only lets somebody see something. */
export function isLook(permission: Permission): boolean {
  return permission.endsWith('.read');
}

/** Whether this person may do this. */
export function can({ permissions }: Allowed, permission: Permission): boolean {
  return permissions.includes(permission);
}

/** Whether this person may do all of these, and so may hand them on. */
export function covers(who: Allowed, permissions: readonly Permission[]): boolean {
  return permissions.every((permission) => can(who, permission));
}

/** @throws AppError forbidden when their role does not allow it. */
export function requirePermission(who: Allowed, permission: Permission): void {
  if (can(who, permission)) return;
  throw new AppError('forbidden', 'Your role does not allow this. Ask an admin.', {
    param: permission,
  });
}

/** What a role allows: for a built-in one the table above, for another what an admin chose. */
export function permissionsOf(role: {
  id: string;
  builtIn: boolean;
  permissions: readonly string[];
}): readonly Permission[] {
  if (role.builtIn) return BUILT_IN_ROLES[role.id as BuiltInRole] ?? [];
  // A code that an older version knew and this one does not allows nothing.
  return PERMISSIONS.filter((code) => role.permissions.includes(code));
}
