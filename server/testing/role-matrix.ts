import type { Permission } from '#shared/permissions.ts';

/**
 * Whom a procedure lets in: everybody, whoever is signed in, or whose role allows something. Owning what
 * is asked for is checked further inside, by the service.
 */
export type Admits = 'everyone' | 'signed-in' | Permission;

/** Every procedure of the app router. One that is missing here fails the test that walks them. */
export const ROLE_MATRIX: Readonly<Record<string, Admits>> = {
  'setup.status': 'everyone',
  'setup.complete': 'everyone',

  'sessions.me': 'everyone',
  'sessions.signIn': 'everyone',
  'sessions.askSecondPasskey': 'everyone',
  'sessions.proveSecondFactor': 'everyone',
  'sessions.askPasskey': 'everyone',
  'sessions.signInWithPasskey': 'everyone',
  'sessions.askStepUp': 'signed-in',
  'sessions.stepUp': 'signed-in',
  'sessions.signOut': 'everyone',
  'sessions.changePassword': 'signed-in',
  'sessions.preferences': 'signed-in',
  'sessions.prefer': 'signed-in',
  'sessions.list': 'signed-in',
  'sessions.end': 'signed-in',

  'factors.mine': 'signed-in',
  'factors.beginTotp': 'signed-in',
  'factors.confirmTotp': 'signed-in',
  'factors.turnTotpOff': 'signed-in',
  'factors.renewRecoveryCodes': 'signed-in',
  'factors.askNewPasskey': 'signed-in',
  'factors.addPasskey': 'signed-in',
  'factors.renamePasskey': 'signed-in',
  'factors.deletePasskey': 'signed-in',

  'roles.list': 'users.read',
  'roles.create': 'roles.write',
  'roles.update': 'roles.write',
  'roles.delete': 'roles.write',

  'users.list': 'users.read',
  'users.people': 'signed-in',
  'users.create': 'users.write',
  'users.update': 'users.write',
  'users.delete': 'users.write',
  'users.resetPassword': 'users.write',
  'users.removeFactors': 'users.write',
  'users.inviteInfo': 'everyone',
  'users.acceptInvite': 'everyone',

  'offSwitch.throw': 'users.write',
  'offSwitch.throwOwn': 'signed-in',
  'offSwitch.receipt': 'signed-in',
  'offSwitch.of': 'users.read',

  'registration.look': 'everyone',
  'registration.register': 'everyone',
  'registration.forgot': 'everyone',
  'registration.confirmEmail': 'everyone',
  'registration.myEmail': 'signed-in',
  'registration.requestEmailChange': 'signed-in',
  'registration.settings': 'sign-in.write',
  'registration.save': 'sign-in.write',
  'registration.mail': 'sign-in.write',
  'registration.testMail': 'sign-in.write',
  'registration.waiting': 'users.write',
  'registration.approve': 'users.write',
  'registration.decline': 'users.write',

  'platforms.list': 'signed-in',
  'platforms.create': 'platforms.write',
  'platforms.update': 'platforms.write',
  'platforms.delete': 'platforms.write',

  'accounts.list': 'signed-in',
  'accounts.create': 'signed-in',
  'accounts.update': 'signed-in',
  'accounts.delete': 'signed-in',
  'accounts.test': 'signed-in',
  'accounts.upstreamModels': 'signed-in',
  'accounts.history': 'signed-in',
  'accounts.use': 'signed-in',
  'accounts.personalLending': 'signed-in',
  'accounts.allowPersonalLending': 'accounts.write',

  'models.list': 'signed-in',
  'models.create': 'models.write',
  'models.update': 'models.write',
  'models.delete': 'models.write',
  'models.available': 'signed-in',
  'models.prices': 'models.write',
  'models.priceHistory': 'models.write',
  'models.setPrice': 'models.write',
  'models.deletePrice': 'models.write',
  'models.suggest': 'models.write',

  'keys.list': 'signed-in',
  'keys.create': 'signed-in',
  'keys.update': 'signed-in',
  'keys.revoke': 'signed-in',
  'keys.revokeMany': 'signed-in',
  'keys.switch': 'signed-in',
  'keys.rotate': 'signed-in',
  'keys.endOverlap': 'signed-in',

  'pool.mine': 'signed-in',
  'pool.shared': 'signed-in',
  'pool.movements': 'signed-in',
  'pool.lentUse': 'signed-in',
  'pool.settings': 'pool.write',
  'pool.saveSettings': 'pool.write',

  'quotas.mine': 'signed-in',
  'quotas.ofUser': 'limits.read',
  'quotas.list': 'signed-in',
  'quotas.set': 'signed-in',
  'quotas.preview': 'signed-in',

  'usage.list': 'signed-in',
  'usage.get': 'signed-in',
  'usage.summary': 'signed-in',
  'usage.statistics': 'signed-in',

  'why.get': 'signed-in',
  'why.kept': 'signed-in',

  'audit.list': 'audit.read',
  'audit.verify': 'audit.read',
};
