import type { Request, Response } from 'express';
import { AppError } from '#shared/errors.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import { type Proven, SESSION_DAYS, type SessionsService } from '../features/sessions/index.ts';

const COOKIE = 'gatehouse_session';
/** Binds a passkey's challenge to the browser that asked for it, while nobody is signed in. */
const PROOF_COOKIE = 'gatehouse_proof';
const PROOF_MAX_AGE_S = 300;
/** Binds a sign-in by another service to the browser that began it. */
const SSO_COOKIE = 'gatehouse_sso';
const SSO_MAX_AGE_S = 600;
const SESSION_MAX_AGE_S = SESSION_DAYS * 86_400;

export type SessionDoorOptions = {
  sessions: Pick<SessionsService, 'read'>;
  /** Address people reach the server by, without a trailing slash; null = whatever they used. */
  publicUrl: string | null;
};

export type SignedInRequest = { me: Me; sessionId: string } & Proven;

export type SessionDoor = {
  /**
   * Who sent the request, by its session cookie; null when nobody is signed in. A session that was
   * prolonged is sent again, unless the answer has already begun.
   */
  readSession(req: Request, res: Response): Promise<SignedInRequest | null>;
  /**
   * Must pass before a request that changes anything is believed to come from our own pages.
   * @throws AppError wrong_origin
   */
  checkOrigin(req: Request): void;
  /** The address of our pages as the browser of a checked request sees it. */
  originOf(req: Request): string | null;
  /** Sets the session cookie, or with null removes it. */
  setCookie(res: Response, token: string | null): void;
  /** What binds a challenge to the browser, if it sent any. */
  proofCookie(req: Request): string | null;
  setProofCookie(res: Response, token: string | null): void;
  /** What binds a sign-in by another service to the browser, if it sent any. */
  ssoCookie(req: Request): string | null;
  setSsoCookie(res: Response, token: string | null): void;
};

/** How browsers carry sessions: the cookie, and the check that a request comes from our pages. */
export function createSessionDoor({ sessions, publicUrl }: SessionDoorOptions): SessionDoor {
  const ownOrigin = publicUrl === null ? null : new URL(publicUrl).origin;
  const secure = ownOrigin?.startsWith('https:') ? '; Secure' : '';

  function setCookie(res: Response, token: string | null): void {
    const maxAge = token === null ? 0 : SESSION_MAX_AGE_S;
    const facts = `Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure}`;
    putCookie(res, COOKIE, `${token ?? ''}; ${facts}`);
  }

  function setProofCookie(res: Response, token: string | null): void {
    const maxAge = token === null ? 0 : PROOF_MAX_AGE_S;
    const facts = `Path=/trpc; Max-Age=${maxAge}; HttpOnly; SameSite=Strict${secure}`;
    putCookie(res, PROOF_COOKIE, `${token ?? ''}; ${facts}`);
  }

  // NOTE: Lax, for the browser comes back from another site; at every path, for doors other than the
  // console's take the answer, too.
  function setSsoCookie(res: Response, token: string | null): void {
    const maxAge = token === null ? 0 : SSO_MAX_AGE_S;
    const facts = `Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure}`;
    putCookie(res, SSO_COOKIE, `${token ?? ''}; ${facts}`);
  }

  return {
    async readSession(req, res) {
      const token = readCookie(req.headers.cookie);
      if (token === null) return null;
      const open = await sessions.read(token);
      if (!open) return null;
      if (open.renewed && !res.headersSent) setCookie(res, token);
      return { me: open.me, sessionId: open.sessionId, proved: open.proved };
    },

    checkOrigin(req) {
      const given = originOf(req.headers.origin);
      const own = ownOrigin ?? hostOrigin(given, req.host);
      const foreign = req.headers['sec-fetch-site'] === 'cross-site';
      if (!foreign && given !== null && given.origin === own) return;
      throw new AppError(
        'wrong_origin',
        ownOrigin === null
          ? 'This request does not come from our own pages. Open the console and try again.'
          : `This request does not come from ${ownOrigin}. Open the console there and try again.`,
      );
    },

    originOf: (req) => ownOrigin ?? hostOrigin(originOf(req.headers.origin), req.host),
    proofCookie: (req) => readCookie(req.headers.cookie, PROOF_COOKIE),
    setCookie,
    setProofCookie,
    ssoCookie: (req) => readCookie(req.headers.cookie, SSO_COOKIE),
    setSsoCookie,
  };
}

/** In place of what this answer set under the name before. */
function putCookie(res: Response, name: string, value: string): void {
  const given = [res.getHeader('set-cookie') ?? []].flat().map(String);
  const others = given.filter((line) => !line.startsWith(`${name}=`));
  res.setHeader('set-cookie', [...others, `${name}=${value}`]);
}

/** Behind a proxy that speaks TLS we see http, so the scheme is the browser's word. */
function hostOrigin(given: URL | null, host: string | undefined): string | null {
  if (given === null || !host) return null;
  return originOf(`${given.protocol}//${host}`)?.origin ?? null;
}

function originOf(text: string | undefined): URL | null {
  if (text === undefined || !URL.canParse(text)) return null;
  const url = new URL(text);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : null;
}

/** The token of that name in a Cookie header. Anything that is not one of ours counts as no cookie. */
export function readCookie(header: string | undefined, name: string = COOKIE): string | null {
  for (const pair of header?.split(';') ?? []) {
    const at = pair.indexOf('=');
    if (at < 0 || pair.slice(0, at).trim() !== name) continue;
    const value = pair.slice(at + 1).trim();
    if (/^[\w-]{43}$/.test(value)) return value;
  }
  return null;
}
