import {
  createRootRouteWithContext,
  createRoute,
  lazyRouteComponent,
  Outlet,
} from '@tanstack/react-router';
import { readAuditSearch } from '../features/audit/audit-search.ts';
import { readConnectSearch } from '../features/connect/connect-search.ts';
// NOTE: here, for it must be read before the router sees the address.
import '../features/sso/arrival.ts';
import { readUsageSearch } from '../features/usage/usage-search.ts';
import { readLeaseSearch } from '../features/vault-secrets/lease-search.ts';
import { CrashPage } from './CrashPage.tsx';
import { leaveWhenSignedIn, type RouterContext, requireMe } from './guards.ts';
import { NotFoundPage } from './NotFoundPage.tsx';
import { Shell } from './Shell.tsx';

const root = createRootRouteWithContext<RouterContext>()({
  component: Outlet,
  errorComponent: CrashPage,
  notFoundComponent: NotFoundPage,
});

/** Where another service sends the browser back to. */
const ssoCallback = createRoute({
  getParentRoute: () => root,
  path: '/sso/callback/$provider',
  component: lazyRouteComponent(
    () => import('../features/sso/SsoCallbackPage.tsx'),
    'SsoCallbackPage',
  ),
});

/** Where a platform sends the browser back to after a sign-in to an account. */
const linkCallback = createRoute({
  getParentRoute: () => root,
  path: '/oauth/callback',
  beforeLoad: requireMe,
  component: lazyRouteComponent(
    () => import('../features/linking/LinkCallbackPage.tsx'),
    'LinkCallbackPage',
  ),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(() => import('../features/setup/SetupPage.tsx'), 'SetupPage'),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: ({ next }: { next?: unknown }): { next?: string | undefined } => ({
    next: typeof next === 'string' ? next : undefined,
  }),
  beforeLoad: leaveWhenSignedIn,
  component: lazyRouteComponent(() => import('../features/sessions/SignInPage.tsx'), 'SignInPage'),
});

const invite = createRoute({
  getParentRoute: () => root,
  path: '/invite',
  component: lazyRouteComponent(() => import('../features/sessions/InvitePage.tsx'), 'InvitePage'),
});

const resetPassword = createRoute({
  getParentRoute: () => root,
  path: '/reset-password',
  component: lazyRouteComponent(() => import('../features/sessions/InvitePage.tsx'), 'InvitePage'),
});

const register = createRoute({
  getParentRoute: () => root,
  path: '/register',
  component: lazyRouteComponent(
    () => import('../features/registration/RegisterPage.tsx'),
    'RegisterPage',
  ),
});

const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: '/forgot-password',
  component: lazyRouteComponent(
    () => import('../features/registration/ForgotPasswordPage.tsx'),
    'ForgotPasswordPage',
  ),
});

const confirmEmail = createRoute({
  getParentRoute: () => root,
  path: '/confirm-email',
  component: lazyRouteComponent(
    () => import('../features/registration/ConfirmEmailPage.tsx'),
    'ConfirmEmailPage',
  ),
});

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  beforeLoad: requireMe,
  component: Shell,
});

const dashboard = createRoute({
  getParentRoute: () => shell,
  path: '/',
  component: lazyRouteComponent(
    () => import('../features/dashboard/DashboardPage.tsx'),
    'DashboardPage',
  ),
  errorComponent: CrashPage,
});

const playground = createRoute({
  getParentRoute: () => shell,
  path: '/playground',
  component: lazyRouteComponent(
    () => import('../features/playground/PlaygroundPage.tsx'),
    'PlaygroundPage',
  ),
  errorComponent: CrashPage,
});

const accounts = createRoute({
  getParentRoute: () => shell,
  path: '/accounts',
  component: lazyRouteComponent(
    () => import('../features/accounts/AccountsPage.tsx'),
    'AccountsPage',
  ),
  errorComponent: CrashPage,
});

const vault = createRoute({
  getParentRoute: () => shell,
  path: '/vault',
  component: lazyRouteComponent(() => import('../features/vault/VaultPage.tsx'), 'VaultPage'),
  errorComponent: CrashPage,
});

const models = createRoute({
  getParentRoute: () => shell,
  path: '/models',
  component: lazyRouteComponent(() => import('../features/models/ModelsPage.tsx'), 'ModelsPage'),
  errorComponent: CrashPage,
});

const pool = createRoute({
  getParentRoute: () => shell,
  path: '/pool',
  component: lazyRouteComponent(() => import('../features/pool/PoolPage.tsx'), 'PoolPage'),
  errorComponent: CrashPage,
});

const platforms = createRoute({
  getParentRoute: () => shell,
  path: '/platforms',
  staticData: { needs: 'platforms.write' },
  component: lazyRouteComponent(
    () => import('../features/platforms/PlatformsPage.tsx'),
    'PlatformsPage',
  ),
  errorComponent: CrashPage,
});

const proxies = createRoute({
  getParentRoute: () => shell,
  path: '/proxies',
  staticData: { needs: 'vault.read' },
  component: lazyRouteComponent(() => import('../features/proxies/ProxiesPage.tsx'), 'ProxiesPage'),
  errorComponent: CrashPage,
});

const keyRing = createRoute({
  getParentRoute: () => shell,
  path: '/key-ring',
  staticData: { needs: 'key-ring.write' },
  component: lazyRouteComponent(
    () => import('../features/key-ring/KeyRingPage.tsx'),
    'KeyRingPage',
  ),
  errorComponent: CrashPage,
});

const keys = createRoute({
  getParentRoute: () => shell,
  path: '/keys',
  component: lazyRouteComponent(() => import('../features/keys/KeysPage.tsx'), 'KeysPage'),
  errorComponent: CrashPage,
});

const apiSecrets = createRoute({
  getParentRoute: () => shell,
  path: '/api-secrets',
  staticData: { needs: 'vault.read' },
  component: lazyRouteComponent(
    () => import('../features/vault-secrets/SecretsPage.tsx'),
    'SecretsPage',
  ),
  errorComponent: CrashPage,
});

const leases = createRoute({
  getParentRoute: () => shell,
  path: '/leases',
  validateSearch: readLeaseSearch,
  component: lazyRouteComponent(
    () => import('../features/vault-secrets/LeasesPage.tsx'),
    'LeasesPage',
  ),
  errorComponent: CrashPage,
});

const connect = createRoute({
  getParentRoute: () => shell,
  path: '/connect',
  validateSearch: readConnectSearch,
  component: lazyRouteComponent(() => import('../features/connect/ConnectPage.tsx'), 'ConnectPage'),
  errorComponent: CrashPage,
});

const users = createRoute({
  getParentRoute: () => shell,
  path: '/users',
  staticData: { needs: 'users.read' },
  component: lazyRouteComponent(() => import('../features/users/UsersPage.tsx'), 'UsersPage'),
  errorComponent: CrashPage,
});

const roles = createRoute({
  getParentRoute: () => shell,
  path: '/roles',
  staticData: { needs: 'users.read' },
  component: lazyRouteComponent(() => import('../features/roles/RolesPage.tsx'), 'RolesPage'),
  errorComponent: CrashPage,
});

const registration = createRoute({
  getParentRoute: () => shell,
  path: '/registration',
  staticData: { needs: 'sign-in.write' },
  component: lazyRouteComponent(
    () => import('../features/registration/RegistrationPage.tsx'),
    'RegistrationPage',
  ),
  errorComponent: CrashPage,
});

const signInServices = createRoute({
  getParentRoute: () => shell,
  path: '/sign-in-services',
  staticData: { needs: 'sign-in.write' },
  component: lazyRouteComponent(() => import('../features/sso/ServicesPage.tsx'), 'ServicesPage'),
  errorComponent: CrashPage,
});

const usage = createRoute({
  getParentRoute: () => shell,
  path: '/usage',
  validateSearch: readUsageSearch,
  component: lazyRouteComponent(() => import('../features/usage/UsagePage.tsx'), 'UsagePage'),
  errorComponent: CrashPage,
});

const alerts = createRoute({
  getParentRoute: () => shell,
  path: '/alerts',
  component: lazyRouteComponent(() => import('../features/alerts/AlertsPage.tsx'), 'AlertsPage'),
  errorComponent: CrashPage,
});

const jobs = createRoute({
  getParentRoute: () => shell,
  path: '/jobs',
  component: lazyRouteComponent(() => import('../features/jobs/JobsPage.tsx'), 'JobsPage'),
  errorComponent: CrashPage,
});

const audit = createRoute({
  getParentRoute: () => shell,
  path: '/audit',
  staticData: { needs: 'audit.read' },
  validateSearch: readAuditSearch,
  component: lazyRouteComponent(() => import('../features/audit/AuditPage.tsx'), 'AuditPage'),
  errorComponent: CrashPage,
});

const why = createRoute({
  getParentRoute: () => shell,
  path: '/why/$id',
  component: lazyRouteComponent(() => import('../features/why/WhyPage.tsx'), 'WhyPage'),
  errorComponent: CrashPage,
});

const offSwitch = createRoute({
  getParentRoute: () => shell,
  path: '/off-switch/$id',
  component: lazyRouteComponent(
    () => import('../features/off-switch/ReceiptPage.tsx'),
    'ReceiptPage',
  ),
  errorComponent: CrashPage,
});

const profile = createRoute({
  getParentRoute: () => shell,
  path: '/profile',
  component: lazyRouteComponent(
    () => import('../features/sessions/ProfilePage.tsx'),
    'ProfilePage',
  ),
  errorComponent: CrashPage,
});

export const routeTree = root.addChildren([
  setup,
  signIn,
  linkCallback,
  ssoCallback,
  invite,
  resetPassword,
  register,
  forgotPassword,
  confirmEmail,
  shell.addChildren([
    dashboard,
    playground,
    accounts,
    vault,
    models,
    pool,
    platforms,
    proxies,
    keyRing,
    users,
    signInServices,
    registration,
    roles,
    alerts,
    jobs,
    audit,
    keys,
    apiSecrets,
    leases,
    connect,
    usage,
    why,
    offSwitch,
    profile,
  ]),
]);
