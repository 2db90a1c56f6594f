import type { Me } from '#shared/schemas/sessions.ts';
import type { Cipher } from '../../infra/cipher.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Log } from '../../infra/log.ts';
import type { Outbound } from '../../infra/outbound/index.ts';
import type { Db } from '../../infra/prisma/client.ts';
import type { Audit } from '../audit/index.ts';
import type { AdmissionService } from '../registration/index.ts';
import {
  type Limiters,
  type ProofsService,
  type SessionsRepo,
  type SignInService,
  toMe,
} from '../sessions/index.ts';
import type { UsersRepo } from '../users/index.ts';
import { createArrivals } from './arrivals.ts';
import { createIdentitiesRepo } from './identities.repo.ts';
import { createIdentitiesService } from './identities.service.ts';
import { createProviderCalls } from './provider-calls.ts';
import { createProviderLook } from './provider-look.ts';
import { createProvidersService } from './providers.service.ts';
import { createProviders, type EnvironmentService } from './providers.ts';
import { createAttemptsRepo, createProvidersRepo } from './sso.repo.ts';
import { createSsoService } from './sso.service.ts';

export type BuildSsoOptions = {
  db: Db;
  clock: Clock;
  log: Log;
  cipher: Cipher;
  audit: Audit;
  outbound: Outbound;
  limiters: Pick<Limiters, 'sso'>;
  proofs: Pick<ProofsService, 'provedElsewhere'>;
  sessionsRepo: Pick<SessionsRepo, 'findCredentials' | 'hasLinkOfAdmin'>;
  usersRepo: Pick<UsersRepo, 'roleAllows' | 'lockAdmins' | 'countAdminsBut'>;
  signIn: Pick<SignInService, 'enter'>;
  admit: AdmissionService['admit'];
  /** OAUTH_CLIENT_ID and its kin; null = not set. */
  environment: EnvironmentService | null;
};

/** Sign-in by other services, wired. */
export function buildSso(options: BuildSsoOptions) {
  const { admit, audit, cipher, clock, db, environment, limiters, log, outbound } = options;
  const { proofs, sessionsRepo, signIn, usersRepo } = options;
  const repo = createProvidersRepo(db);
  const identitiesRepo = createIdentitiesRepo(db);
  const providers = createProviders({ repo, cipher, environment });
  const calls = createProviderCalls({ outbound, clock });
  const { hasLinkOfAdmin } = sessionsRepo;
  const { countAdminsBut } = usersRepo;
  const arrivals = createArrivals({
    ...{ admit, audit, clock, countAdminsBut, hasLinkOfAdmin },
    repo: identitiesRepo,
  });

  const identities = createIdentitiesService({ audit, providers, repo: identitiesRepo });

  async function meOf(id: string): Promise<Me | null> {
    const found = await sessionsRepo.findCredentials({ id });
    return found?.active ? toMe(found) : null;
  }

  return {
    /** A person who may come in; null = there is no such one. */
    meOf,
    sso: createSsoService({
      ...{ arrivals, calls, clock, limiters, log, meOf, proofs, providers, signIn },
      proofsOf: identities.proofsOf,
      attempts: createAttemptsRepo(db),
    }),
    ssoProviders: createProvidersService({
      ...{ audit, cipher, outbound, providers, repo },
      look: createProviderLook({ calls, outbound }),
      users: usersRepo,
      hasEnvironment: environment !== null,
    }),
    identities,
  };
}
