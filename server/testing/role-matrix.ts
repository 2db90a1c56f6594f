/** Whom a procedure lets in. Owning what is asked for is checked further inside, by the service. */
export type Admits = 'everyone' | 'signed-in' | 'admins';

/** Every procedure of the app router. One that is missing here fails the test that walks them. */
export const ROLE_MATRIX: Readonly<Record<string, Admits>> = {
  'setup.status': 'everyone',
  'setup.complete': 'everyone',

  'sessions.me': 'everyone',
  'sessions.signIn': 'everyone',
  'sessions.signOut': 'everyone',
  'sessions.changePassword': 'signed-in',
  'sessions.preferences': 'signed-in',
  'sessions.prefer': 'signed-in',
  'sessions.list': 'signed-in',
  'sessions.end': 'signed-in',

  'users.list': 'admins',
  'users.people': 'signed-in',
  'users.create': 'admins',
  'users.update': 'admins',
  'users.resetPassword': 'admins',
  'users.inviteInfo': 'everyone',
  'users.acceptInvite': 'everyone',

  'platforms.list': 'signed-in',
  'platforms.create': 'admins',
  'platforms.update': 'admins',
  'platforms.delete': 'admins',

  'accounts.list': 'signed-in',
  'accounts.create': 'signed-in',
  'accounts.update': 'signed-in',
  'accounts.delete': 'signed-in',
  'accounts.test': 'signed-in',
  'accounts.upstreamModels': 'signed-in',
  'accounts.history': 'signed-in',
  'accounts.use': 'signed-in',
  'accounts.personalLending': 'signed-in',
  'accounts.allowPersonalLending': 'admins',

  'models.list': 'signed-in',
  'models.create': 'admins',
  'models.update': 'admins',
  'models.delete': 'admins',
  'models.available': 'signed-in',
  'models.prices': 'admins',
  'models.priceHistory': 'admins',
  'models.setPrice': 'admins',
  'models.deletePrice': 'admins',
  'models.suggest': 'admins',

  'keys.list': 'signed-in',
  'keys.create': 'signed-in',
  'keys.update': 'signed-in',
  'keys.revoke': 'signed-in',

  'pool.mine': 'signed-in',
  'pool.shared': 'signed-in',
  'pool.movements': 'signed-in',
  'pool.lentUse': 'signed-in',
  'pool.settings': 'admins',
  'pool.saveSettings': 'admins',

  'quotas.mine': 'signed-in',
  'quotas.list': 'signed-in',
  'quotas.set': 'signed-in',
  'quotas.preview': 'signed-in',

  'usage.list': 'signed-in',
  'usage.get': 'signed-in',
  'usage.summary': 'signed-in',
  'usage.statistics': 'signed-in',

  'why.get': 'signed-in',
  'why.kept': 'signed-in',

  'audit.list': 'admins',
  'audit.verify': 'admins',
};
