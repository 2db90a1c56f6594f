import type { Me } from '#shared/schemas/sessions.ts';
import type { NotingSession } from './session-notes.ts';

/** Where a request comes from, kept with the session so that a person recognises their devices. */
export type Visitor = {
  /** Address of the caller, as seen through trusted proxies. */
  address: string;
  userAgent: string;
  /** The session the request came with, if any: it is replaced by a new one. */
  sessionId: string | null;
  requestId: string;
};

export type NewSession = {
  userId: string;
  /** No session is made when the user's password is another one by now. Null = they have none. */
  passwordHash: string | null;
  address: string;
  userAgent: string;
  /** Records the sign-in; null when it is none, but goes on with one. */
  noting: NotingSession | null;
};

export type OpenSession = {
  sessionId: string;
  me: Me;
  /** When the person was last seen at all; null = never. */
  lastSeenAt: Date | null;
  /** When this session was last used. */
  usedAt: Date;
  /** When the person last proved who they are in it. */
  provedAt: Date;
  /** True when its end was moved: the cookie must be sent again. */
  renewed: boolean;
};

export type StoredSession = {
  id: string;
  userAgent: string;
  address: string;
  createdAt: Date;
  lastSeenAt: Date;
  expiresAt: Date;
};

/**
 * Sessions by token. The store knows SHA-256 hashes only: `sessionId` is one, the token is handed out
 * once. What implements it can be replaced without touching anything else.
 */
export type SessionStore = {
  /** @returns the cookie's value, or null when the user is disabled or their password changed. */
  create(session: NewSession): Promise<string | null>;
  /** @returns null when it ended, expired, never existed, or its user is not active. */
  read(token: string): Promise<OpenSession | null>;
  list(userId: string): Promise<StoredSession[]>;
  end(sessionId: string): Promise<void>;
  endAll(userId: string): Promise<void>;
  /** Removes the rows of sessions that are over. */
  sweep(): Promise<void>;
};
