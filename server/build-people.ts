import type { Audit } from './features/audit/index.ts';
import {
  createFactorNotes,
  createFactorsRepo,
  createFactorsService,
  createPasskeysService,
  createSecondFactors,
  createTotpService,
} from './features/factors/index.ts';
import { createOffSwitchRepo, createOffSwitchService } from './features/off-switch/index.ts';
import { buildRegistration } from './features/registration/index.ts';
import { createRolesRepo, createRolesService } from './features/roles/index.ts';
import {
  createFailedSignIns,
  createLimiters,
  createLuciaSessions,
  createPasswords,
  createPendingProofsRepo,
  createProofsService,
  createSessionNotes,
  createSessionsRepo,
  createSessionsService,
  createSignInService,
} from './features/sessions/index.ts';
import { createSetupRepo, createSetupService } from './features/setup/index.ts';
import {
  createInvitesRepo,
  createInvitesService,
  createUsersGuard,
  createUsersListRepo,
  createUsersRepo,
  createUsersService,
} from './features/users/index.ts';
import type { Cipher } from './infra/cipher.ts';
import type { Clock } from './infra/clock.ts';
import type { Log } from './infra/log.ts';
import type { Db } from './infra/prisma/client.ts';

export type PeopleOptions = {
  db: Db;
  clock: Clock;
  log: Log;
  cipher: Cipher;
  audit: Audit;
  /** Where sign-in limits are shared with other servers; null = in this process. */
  redisUrl: string | null;
  /** Mail server and sender; null = no mail is sent. */
  mail?: { url: string | null; from: string | null };
  /** Address people reach this server by, for links in mails; null = not said. */
  publicUrl?: string | null;
  /** Id of the sign-in service that the environment names; null = it names none. */
  environmentService?: string | null;
  /** bcrypt's cost; tests lower it. */
  passwordRounds?: number | undefined;
};

/** Who people are and how they get in: set-up, sessions, users and their invitations. */
export function buildPeople({
  audit,
  db,
  clock,
  log,
  cipher,
  redisUrl,
  mail = { url: null, from: null },
  publicUrl = null,
  environmentService = null,
  passwordRounds,
}: PeopleOptions) {
  const passwords = createPasswords(passwordRounds);
  const limiters = createLimiters({ redisUrl, log });
  const sessionsRepo = createSessionsRepo(db);
  const store = createLuciaSessions({ repo: sessionsRepo, clock });
  const notes = createSessionNotes(audit);
  const failed = createFailedSignIns({ audit, inTx: sessionsRepo.inTx, clock, log });
  const factorsRepo = createFactorsRepo(db, environmentService);
  const changes = { repo: factorsRepo, notes: createFactorNotes(audit), clock };
  const totp = createTotpService({ ...changes, cipher });
  const passkeys = createPasskeysService(changes);
  const secondFactors = createSecondFactors({ repo: factorsRepo, totp, passkeys });
  const sessions = createSessionsService({
    store,
    repo: sessionsRepo,
    passwords,
    factors: secondFactors,
    limiters,
    notes,
    clock,
    log,
  });
  const pending = createPendingProofsRepo(db);
  const proving = {
    repo: sessionsRepo,
    pending,
    factors: secondFactors,
    passwords,
    limiters,
    notes,
    failed,
    clock,
  };
  const proofs = createProofsService(proving);
  const signIn = createSignInService({ ...proving, sessions, proofs });
  const factors = createFactorsService({ repo: factorsRepo, totp, passkeys, proofs });
  const usersRepo = createUsersRepo(db, environmentService);
  const invites = createInvitesService({
    repo: createInvitesRepo(db),
    users: usersRepo,
    signIn,
    passwords,
    limiters,
    audit,
    clock,
  });
  const users = createUsersService({
    list: createUsersListRepo(db),
    repo: usersRepo,
    invites,
    passwords,
    audit,
    clock,
  });
  const roles = createRolesService({ repo: createRolesRepo(db), audit });
  const offSwitch = createOffSwitchService({
    repo: createOffSwitchRepo(db),
    users: usersRepo,
    guard: createUsersGuard({ repo: usersRepo, audit }),
    audit,
    clock,
  });
  const setup = createSetupService({
    repo: createSetupRepo(db),
    users: usersRepo,
    sessions,
    passwords,
    limiters,
    audit,
    clock,
  });
  const registration = buildRegistration({
    ...{ db, clock, log, audit, invites, signIn, passwords, limiters, mail, publicUrl },
    users: usersRepo,
  });
  return {
    services: {
      registration,
      roles,
      setup,
      sessions,
      signIn,
      proofs,
      factors,
      users,
      invites,
      offSwitch,
    },
    ...{ store, usersRepo, passwords, limiters, failed },
    /** Whether somebody new comes in. */
    admit: registration.admission.admit,
    /** What sign-in by other services stands on. */
    forSso: { limiters, proofs, sessionsRepo, signIn, usersRepo },
  };
}
