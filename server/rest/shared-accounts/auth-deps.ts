import type { Limiters, SignInService } from '../../features/sessions/index.ts';
import type { SsoDoor } from '../../features/sso/index.ts';
import type { ProfilesService, TokensService } from '../../features/tokens/index.ts';
import type { SessionDoor } from '../../trpc/session-door.ts';

/** What the routes of /api/auth need of the features. */
export type AuthDeps = {
  signIn: Pick<SignInService, 'prove' | 'asksSecondFactor'>;
  tokens: Pick<TokensService, 'start' | 'refresh' | 'end' | 'endAll'>;
  profiles: ProfilesService;
  limiters: Pick<Limiters, 'names'>;
};

/** What sign-in by other services needs beside. */
export type SsoDeps = Pick<AuthDeps, 'signIn' | 'tokens' | 'profiles'> & {
  sso: SsoDoor;
  /** How browsers carry what binds a sign-in to them. */
  door: Pick<SessionDoor, 'ssoCookie' | 'setSsoCookie' | 'originOf'>;
  /** Whether a sign-in may end in another browser than it began in. */
  unbound: boolean;
};
