import type { Me } from '#shared/schemas/sessions.ts';
import type { SsoAnswer, SsoWay } from '#shared/schemas/sso.ts';

/** Where a request comes from. */
export type SsoCaller = { address: string; requestId: string | null };

export type SsoBeginOptions = SsoCaller & {
  /**
   * Where the service sends the browser back to: an address registered there. Null = the one that the
   * environment names for it, else our own page.
   */
  redirectUri: string | null;
  /** The address of our pages as the caller sees it, e.g. https://gatehouse.example. */
  origin: string | null;
  /** False = the answer is not tied to a browser: for programs that keep no cookies. */
  bound: boolean;
  /** Path of ours to go on to. */
  next?: string;
};

export type SsoBegun = {
  /** Where the browser goes now. */
  authorizationUrl: string;
  /** Comes back with the answer. */
  state: string;
  /** Value of the cookie (door.setSsoCookie) without which the answer is refused; null = not bound. */
  binding: string | null;
};

export type SsoIdentified = {
  me: Me;
  /** What their session hangs on; null = they have no password. */
  passwordHash: string | null;
  providerId: string;
  /** Path of ours to go on to. */
  returnTo: string;
  /** Whether no second factor is asked for any more. */
  countsAsSecondFactor: boolean;
};

/** What a door that is not the console needs of sign-in by other services. */
export type SsoDoor = {
  /** The services that may be used, for buttons. The environment's one is called `sso`. */
  ways(): Promise<SsoWay[]>;
  /**
   * Begins a sign-in at a service.
   * @throws AppError not_found when there is no such service (or it is switched off), too_many_tries,
   *   upstream_failed or outbound_refused when it cannot be asked where to go.
   */
  begin(providerId: string, options: SsoBeginOptions): Promise<SsoBegun>;
  /**
   * Who came back, once they are known here: by identity, by confirmed mail address, or registered.
   * `binding` is the cookie of the browser, null where there is none.
   * @throws AppError sso_state_invalid, sso_exchange_failed, sso_user_info_failed, sso_refused,
   *   user_disabled, registration_closed, too_many_tries.
   */
  identify(answer: SsoAnswer, binding: string | null, caller: SsoCaller): Promise<SsoIdentified>;
};
