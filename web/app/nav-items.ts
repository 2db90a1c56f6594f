import {
  IconApiApp,
  IconApps,
  IconBell,
  IconChartHistogram,
  IconCube,
  IconHeartHandshake,
  IconHistory,
  IconKey,
  IconLayoutDashboard,
  IconListCheck,
  IconListDetails,
  IconLogin2,
  IconMessage2,
  IconPlug,
  IconPlugConnected,
  IconRefreshDot,
  IconRoute,
  IconShieldCheck,
  IconShieldLock,
  IconUserPlus,
  IconUsers,
} from '@tabler/icons-react';
import { type Allowed, can } from '#shared/permissions.ts';

/** The console's pages as the sidebar and the quick navigation show them. */
export const NAV_GROUPS = [
  {
    group: 'overview',
    items: [
      { name: 'dashboard', to: '/', icon: IconLayoutDashboard, needs: null },
      { name: 'playground', to: '/playground', icon: IconMessage2, needs: null },
    ],
  },
  {
    group: 'connect',
    items: [
      { name: 'accounts', to: '/accounts', icon: IconPlugConnected, needs: null },
      { name: 'vault', to: '/vault', icon: IconRefreshDot, needs: null },
      { name: 'models', to: '/models', icon: IconCube, needs: null },
      { name: 'pool', to: '/pool', icon: IconHeartHandshake, needs: null },
      { name: 'platforms', to: '/platforms', icon: IconApps, needs: 'platforms.write' },
      { name: 'proxies', to: '/proxies', icon: IconRoute, needs: 'vault.read' },
      { name: 'keyRing', to: '/key-ring', icon: IconShieldLock, needs: 'key-ring.write' },
    ],
  },
  {
    group: 'access',
    items: [
      { name: 'keys', to: '/keys', icon: IconKey, needs: null },
      { name: 'apiSecrets', to: '/api-secrets', icon: IconApiApp, needs: 'vault.read' },
      { name: 'connect', to: '/connect', icon: IconPlug, needs: null },
      { name: 'users', to: '/users', icon: IconUsers, needs: 'users.read' },
      { name: 'roles', to: '/roles', icon: IconShieldCheck, needs: 'users.read' },
      {
        name: 'signInServices',
        to: '/sign-in-services',
        icon: IconLogin2,
        needs: 'sign-in.write',
      },
      { name: 'registration', to: '/registration', icon: IconUserPlus, needs: 'sign-in.write' },
    ],
  },
  {
    group: 'insight',
    items: [
      { name: 'usage', to: '/usage', icon: IconChartHistogram, needs: null },
      { name: 'leases', to: '/leases', icon: IconListDetails, needs: 'vault.read' },
      { name: 'alerts', to: '/alerts', icon: IconBell, needs: null },
      { name: 'jobs', to: '/jobs', icon: IconListCheck, needs: null },
      { name: 'audit', to: '/audit', icon: IconHistory, needs: 'audit.read' },
    ],
  },
] as const;

export type NavItem = (typeof NAV_GROUPS)[number]['items'][number];

/** The groups with only what this person may open. */
export function navFor(me: Allowed) {
  return NAV_GROUPS.map(({ group, items }) => ({
    group,
    items: (items as readonly NavItem[]).filter(({ needs }) => needs === null || can(me, needs)),
  })).filter(({ items }) => items.length > 0);
}
