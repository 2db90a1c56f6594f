/**
 * What each route of the older clients' contracts answers to whom, by status. A request carries no body
 * and `999999` for every parameter, so whoever is let in is told what is missing (`in`: anything but 401
 * and 403); routes that are not here fail the test that walks them.
 */
export type RestRow = {
  nobody: number | 'in';
  /** Access tokens, by role. */
  member: number | 'in';
  operator: number | 'in';
  auditor: number | 'in';
  admin: number | 'in';
  /** Access tokens of people in these states. */
  disabled: number | 'in';
  silenced: number | 'in';
  /** API keys. */
  key: number | 'in';
  /** A key that is for something else. */
  'key-of-other-scope': number | 'in';
  'revoked-key': number | 'in';
  /** A refresh token in place of an access token. */
  'refresh-token': number | 'in';
};

const EVERYONE: RestRow = {
  nobody: 'in',
  member: 'in',
  operator: 'in',
  auditor: 'in',
  admin: 'in',
  disabled: 'in',
  silenced: 'in',
  key: 'in',
  'key-of-other-scope': 'in',
  'revoked-key': 'in',
  'refresh-token': 'in',
};

/** One's own, with an access token of whoever may sign in. */
const BY_TOKEN: RestRow = {
  ...EVERYONE,
  nobody: 401,
  disabled: 403,
  key: 401,
  'key-of-other-scope': 401,
  'revoked-key': 401,
  'refresh-token': 401,
};

/** The Plug-in API knows keys only. */
const BY_KEY: RestRow = {
  nobody: 401,
  member: 401,
  operator: 401,
  auditor: 401,
  admin: 401,
  disabled: 401,
  silenced: 401,
  key: 'in',
  'key-of-other-scope': 'in',
  'revoked-key': 401,
  'refresh-token': 401,
};
/** Whatever a person may do by their role: this is for the key in the configuration. */
const BY_PLUGIN_ADMIN_KEY: RestRow = { ...BY_KEY, key: 403, 'key-of-other-scope': 403 };

/** For secrets of programs only; server/rest/refresh-tokens tries each kind of them. */
const BY_SECRET: RestRow = { ...BY_KEY, key: 401, 'key-of-other-scope': 401 };

/** Keepers of refresh tokens, by access token; secrets of programs are tried beside the routes. */
const BY_KEEPER: RestRow = {
  ...BY_TOKEN,
  member: 403,
  auditor: 403,
  disabled: 401,
  silenced: 403,
};

/** Models, for an access token or a key; silenced people may not call any. */
const BY_EITHER: RestRow = {
  ...BY_TOKEN,
  silenced: 403,
  key: 'in',
  'key-of-other-scope': 403,
};

/** `<METHOD> <path>` of every route. */
export const REST_MATRIX: Readonly<Record<string, RestRow>> = {
  'GET /api/user/me': BY_KEY,
  'PUT /api/users/:user_id/preference': BY_KEY,
  'POST /api/oauth/authorize': BY_KEY,
  'POST /api/oauth/callback/manual': BY_KEY,
  'GET /api/accounts': BY_KEY,
  'GET /api/accounts/:cookie_id': BY_KEY,
  'PUT /api/accounts/:cookie_id/status': BY_KEY,
  'PUT /api/accounts/:cookie_id/name': BY_KEY,
  'PUT /api/accounts/:cookie_id/type': BY_KEY,
  'DELETE /api/accounts/:cookie_id': BY_KEY,
  'GET /api/accounts/:cookie_id/quotas': BY_KEY,
  'PUT /api/accounts/:cookie_id/quotas/:model_name/status': BY_KEY,
  'GET /api/quotas/user': BY_KEY,
  'GET /api/quotas/shared-pool': BY_KEY,
  'GET /api/quotas/consumption': BY_KEY,
  'GET /api/quotas/consumption/stats/:model_name': BY_KEY,
  'POST /api/kiro/oauth/authorize': BY_KEY,
  'POST /api/kiro/accounts': BY_KEY,
  'GET /api/kiro/accounts': BY_KEY,
  'GET /api/kiro/accounts/:account_id': BY_KEY,
  'DELETE /api/kiro/accounts/:account_id': BY_KEY,
  'PUT /api/kiro/accounts/:account_id/status': BY_KEY,
  'PUT /api/kiro/accounts/:account_id/name': BY_KEY,
  'GET /api/kiro/accounts/:account_id/balance': BY_KEY,
  'GET /api/kiro/accounts/:account_id/consumption': BY_KEY,
  'GET /api/kiro/consumption/stats': BY_KEY,
  'POST /api/users': BY_PLUGIN_ADMIN_KEY,
  'GET /api/users': BY_PLUGIN_ADMIN_KEY,
  'POST /api/users/:user_id/regenerate-key': BY_PLUGIN_ADMIN_KEY,
  'PUT /api/users/:user_id/status': BY_PLUGIN_ADMIN_KEY,
  'DELETE /api/users/:user_id': BY_PLUGIN_ADMIN_KEY,
  'GET /api/quotas/low': BY_PLUGIN_ADMIN_KEY,
  'GET /api/oauth/callback': EVERYONE,
  'GET /api/kiro/oauth/status/:state': EVERYONE,
  'POST /api/kiro/oauth/callback': EVERYONE,
  'POST /api/api-keys': BY_TOKEN,
  'GET /api/api-keys': BY_TOKEN,
  'GET /api/api-keys/:id': BY_TOKEN,
  'PATCH /api/api-keys/:id/status': BY_TOKEN,
  'DELETE /api/api-keys/:id': BY_TOKEN,
  'GET /api/usage/stats': BY_TOKEN,
  'GET /api/usage/logs': BY_TOKEN,
  'GET /api/usage/quotas': BY_TOKEN,
  'GET /api/usage/consumption': BY_TOKEN,
  'GET /api/usage/accounts': BY_TOKEN,
  'GET /api/usage/summary': BY_TOKEN,
  'GET /api/usage/shared-pool/stats': BY_TOKEN,
  'POST /api/auth/login': EVERYONE,
  'POST /api/auth/refresh': EVERYONE,
  'POST /api/auth/logout': BY_TOKEN,
  'POST /api/auth/logout-all': BY_TOKEN,
  'GET /api/auth/me': BY_TOKEN,
  'GET /api/auth/check-username': EVERYONE,
  'POST /api/auth/join-beta': BY_TOKEN,
  'GET /api/auth/beta-status': BY_TOKEN,
  'GET /api/auth/sso/initiate': EVERYONE,
  'GET /api/auth/sso/callback': EVERYONE,
  'GET /api/auth/github/login': EVERYONE,
  'POST /api/auth/github/callback': EVERYONE,
  'GET /api/auth/oidc/providers': EVERYONE,
  'GET /api/auth/oidc/:provider/login': EVERYONE,
  'POST /api/auth/oidc/:provider/callback': EVERYONE,
  'GET /api/plugin-api/key': BY_TOKEN,
  'POST /api/plugin-api/oauth/authorize': BY_TOKEN,
  'POST /api/plugin-api/oauth/callback': BY_TOKEN,
  'GET /api/plugin-api/accounts': BY_TOKEN,
  'GET /api/plugin-api/accounts/:cookie_id': BY_TOKEN,
  'DELETE /api/plugin-api/accounts/:cookie_id': BY_TOKEN,
  'GET /api/plugin-api/accounts/:cookie_id/quotas': BY_TOKEN,
  'PUT /api/plugin-api/accounts/:cookie_id/status': BY_TOKEN,
  'PUT /api/plugin-api/accounts/:cookie_id/name': BY_TOKEN,
  'PUT /api/plugin-api/accounts/:cookie_id/type': BY_TOKEN,
  'PUT /api/plugin-api/accounts/:cookie_id/quotas/:model_name/status': BY_TOKEN,
  'GET /api/plugin-api/quotas/user': BY_TOKEN,
  'GET /api/plugin-api/quotas/shared-pool': BY_TOKEN,
  'GET /api/plugin-api/quotas/consumption': BY_TOKEN,
  'GET /api/plugin-api/preference': BY_TOKEN,
  'PUT /api/plugin-api/preference': BY_TOKEN,
  'GET /api/plugin-api/models': BY_EITHER,
  'POST /api/plugin-api/chat/completions': BY_EITHER,
  'POST /api/plugin-api/v1beta/models/:model\\:generateContent': BY_EITHER,
  'GET /api/health': EVERYONE,
  'GET /health': EVERYONE,
  'POST /internalweb/v1/auth/login': EVERYONE,
  'POST /internalweb/v1/rts/list': BY_KEEPER,
  'POST /internalweb/v1/rts/create': BY_KEEPER,
  'POST /internalweb/v1/rts/update': BY_KEEPER,
  'POST /internalweb/v1/rts/delete': BY_KEEPER,
  'POST /internalweb/v1/rts/batch-delete': BY_KEEPER,
  'POST /internalweb/v1/rts/refresh': BY_KEEPER,
  'POST /internalweb/v1/rts/batch-refresh': BY_KEEPER,
  'POST /internalweb/v1/rts/batch-import': BY_KEEPER,
  'POST /internalweb/v1/rts/refresh-user-info': BY_KEEPER,
  'POST /internalweb/v1/rts/refresh-account-info': BY_KEEPER,
  'POST /internalweb/v1/user/info': BY_KEEPER,
  'POST /internalweb/v1/configs/get-system': BY_KEEPER,
  'POST /internalweb/v1/configs/save-system': BY_KEEPER,
  'POST /internalweb/v1/configs/get-proxy-list': BY_KEEPER,
  'POST /internalweb/v1/configs/get-clientid-list': BY_KEEPER,
  'GET /public-api/health': BY_SECRET,
  'POST /public-api/get-at': BY_SECRET,
  'POST /public-api/refresh': BY_SECRET,
};
