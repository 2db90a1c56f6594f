import { AppError } from '#shared/errors.ts';

/** The two kinds of accounts there are; `kiro` is a platform of that id. */
export type Family = 'antigravity' | 'kiro';

/** What a person wants linked. */
export type LinkWish = { userId: string; family: Family; shared: boolean; provider: string | null };

/** A refresh token somebody has, and what its account is to be. */
export type TokenWish = {
  userId: string;
  family: Family;
  shared: boolean;
  refreshToken: string;
  name: string;
  /** The OAuth client it belongs to; null = the platform's usual one. */
  clientId: string | null;
};

/** Where the browser goes, and what comes back with it: good once, for so many seconds. */
export type LinkBegun = { authUrl: string; state: string; expiresIn: number };

/** What the service sent the browser back with. */
export type LinkAnswer = { code: string; state: string; userId: string | null };

/** How far a sign-in is that a key began. */
export type LinkState =
  | { state: 'waiting' }
  | { state: 'done'; accountId: string }
  | { state: 'failed'; text: string };

export type Linked = { accountId: string; userId: string; shared: boolean; createdAt: Date };

/** Linking an account by signing in at its platform. */
export type LinkByOAuth = {
  /** Throws AppError bad_request when the platform has no such way. */
  begin(wish: LinkWish): Promise<LinkBegun>;
  /** Throws AppError bad_request for an unknown, used or foreign state, and for what the platform refuses. */
  finish(answer: LinkAnswer): Promise<Linked>;
  /**
   * Proves a refresh token by one refresh, and keeps what came of it.
   * @throws AppError bad_request as `finish`, conflict for an account that is linked already,
   *   upstream_failed.
   */
  byToken(wish: TokenWish): Promise<Linked>;
  /** Null when no such sign-in is known, or it took too long. */
  status(state: string): Promise<LinkState | null>;
};

/** Where no platform has a client for it: says what to do instead. */
export function refuseLinking(): LinkByOAuth {
  const refuse = async (): Promise<never> => {
    throw new AppError(
      'bad_request',
      'Linking by OAuth is not set up on this server: none of its platforms has an OAuth client. Add the account with its API key on the accounts page of the console.',
    );
  };
  return { begin: refuse, finish: refuse, byToken: refuse, status: async () => null };
}
