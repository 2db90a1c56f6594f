import { PERMISSIONS, type Permission } from '#shared/permissions.ts';

export type Area = Permission extends infer P
  ? P extends `${infer A}.${string}`
    ? A
    : never
  : never;

/** The permissions by what they are about, in the order of the table. */
export function permissionAreas(): { area: Area; permissions: Permission[] }[] {
  const areas = new Map<Area, Permission[]>();
  for (const permission of PERMISSIONS) {
    const area = permission.slice(0, permission.indexOf('.')) as Area;
    areas.set(area, [...(areas.get(area) ?? []), permission]);
  }
  return [...areas].map(([area, permissions]) => ({ area, permissions }));
}
