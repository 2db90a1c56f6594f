/**
 * What each route of the older clients' contracts answers to whom, by status. A request carries no body
 * and `1` for every parameter, so whoever is let in is told what is missing (`in`: anything but 401
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

/** `<METHOD> <path>` of every route. */
export const REST_MATRIX: Readonly<Record<string, RestRow>> = {
  'GET /api/health': EVERYONE,
};
