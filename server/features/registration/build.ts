import type { MailState } from '#shared/schemas/registration.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Log } from '../../infra/log.ts';
import { createMailer } from '../../infra/mail.ts';
import type { Db } from '../../infra/prisma/client.ts';
import type { Audit } from '../audit/index.ts';
import type { Limiters, Passwords, SignInService } from '../sessions/index.ts';
import type { InvitesService, UsersRepo } from '../users/index.ts';
import { createAdmissionService } from './admission.service.ts';
import { createAskedLinksService } from './asked-links.service.ts';
import { createEmailsService } from './emails.service.ts';
import { type Asking, createMailDesk } from './mail-desk.ts';
import { createRegistrationRepo } from './people.repo.ts';
import { createRegistrationService } from './registration.service.ts';
import { createRegistrationSettingsRepo } from './settings.repo.ts';
import { createWaitingService } from './waiting.service.ts';

export type BuildRegistrationOptions = {
  db: Db;
  clock: Clock;
  log: Log;
  audit: Audit;
  users: UsersRepo;
  invites: InvitesService;
  signIn: SignInService;
  passwords: Passwords;
  limiters: Limiters;
  /** Mail server and sender; null = no mail is sent. */
  mail: { url: string | null; from: string | null };
  publicUrl: string | null;
};

/** Everything about coming in by oneself, and about mail. */
export function buildRegistration(options: BuildRegistrationOptions) {
  const { audit, clock, db, invites, limiters, log, passwords, publicUrl, signIn, users } = options;
  const mailer = createMailer({ ...options.mail, clock, log });
  const mails = createMailDesk({ mailer, publicUrl });
  const repo = createRegistrationRepo(db);
  const admission = createAdmissionService({
    repo: createRegistrationSettingsRepo(db),
    ...{ users, mails, audit },
  });
  const common = { repo, admission, mails, limiters, audit, clock };
  return {
    admission,
    registration: createRegistrationService({ ...common, signIn, passwords }),
    emails: createEmailsService({ ...common, users }),
    askedLinks: createAskedLinksService({ ...common, invites, log }),
    waiting: createWaitingService({ repo, users, mails, audit }),
    mail: {
      state: (): MailState => ({
        configured: mailer.configured,
        hasPublicUrl: publicUrl !== null,
        from: mailer.from,
        ...mailer.state(),
      }),
      /** @throws AppError mail_not_sent */
      test: (to: string, asking: Asking): Promise<void> => mails.test(to, asking),
      sendNow: mailer.sendNow,
      idle: mailer.idle,
      close: mailer.close,
    },
  };
}
export type RegistrationServices = ReturnType<typeof buildRegistration>;
