import {
  IconApps,
  IconChartHistogram,
  IconCube,
  IconHeartHandshake,
  IconHistory,
  IconKey,
  IconLayoutDashboard,
  IconMessage2,
  IconPlug,
  IconPlugConnected,
  IconUsers,
} from '@tabler/icons-react';
import type { Role } from '#shared/schemas/common.ts';

/** The console's pages as the sidebar and the quick navigation show them. */
export const NAV_GROUPS = [
  {
    group: 'overview',
    items: [
      { name: 'dashboard', to: '/', icon: IconLayoutDashboard, admin: false },
      { name: 'playground', to: '/playground', icon: IconMessage2, admin: false },
    ],
  },
  {
    group: 'connect',
    items: [
      { name: 'accounts', to: '/accounts', icon: IconPlugConnected, admin: false },
      { name: 'models', to: '/models', icon: IconCube, admin: false },
      { name: 'pool', to: '/pool', icon: IconHeartHandshake, admin: false },
      { name: 'platforms', to: '/platforms', icon: IconApps, admin: true },
    ],
  },
  {
    group: 'access',
    items: [
      { name: 'keys', to: '/keys', icon: IconKey, admin: false },
      { name: 'connect', to: '/connect', icon: IconPlug, admin: false },
      { name: 'users', to: '/users', icon: IconUsers, admin: true },
    ],
  },
  {
    group: 'insight',
    items: [
      { name: 'usage', to: '/usage', icon: IconChartHistogram, admin: false },
      { name: 'audit', to: '/audit', icon: IconHistory, admin: true },
    ],
  },
] as const;

export type NavItem = (typeof NAV_GROUPS)[number]['items'][number];

/** The groups with only what a person of this role may open. */
export function navFor(role: Role) {
  return NAV_GROUPS.map(({ group, items }) => ({
    group,
    items: (items as readonly NavItem[]).filter((item) => role === 'admin' || !item.admin),
  })).filter(({ items }) => items.length > 0);
}
