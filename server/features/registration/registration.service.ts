import { AppError } from '#shared/errors.ts';
import type { Permission } from '#shared/permissions.ts';
import {
  MOST_WAITING,
  type Registered,
  type Registration,
  type RegistrationSettings,
} from '#shared/schemas/registration.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { Clock } from '../../infra/clock.ts';
import { newId } from '../../infra/ids.ts';
import type { Tx } from '../../infra/prisma/client.ts';
import { type Audit, by } from '../audit/index.ts';
import {
  addressKey,
  type Limiters,
  type Passwords,
  type SignedIn,
  type SignInService,
  type Visitor,
} from '../sessions/index.ts';
import type { AdmissionService } from './admission.service.ts';
import { openConfirmLink, sendWelcome } from './confirm-links.ts';
import type { Asking, MailDesk } from './mail-desk.ts';
import { languageOf } from './mail-texts.ts';
import type { RegistrationRepo } from './people.repo.ts';

export type RegistrationDeps = {
  repo: RegistrationRepo;
  admission: Pick<AdmissionService, 'admit' | 'roleFor' | 'settings'>;
  mails: MailDesk;
  signIn: Pick<SignInService, 'enter'>;
  passwords: Pick<Passwords, 'choose'>;
  limiters: Pick<Limiters, 'register'>;
  audit: Pick<Audit, 'note'>;
  clock: Pick<Clock, 'now'>;
};

/** What registering came to: signed in (or half of it), or what the person waits for. */
export type RegistrationOutcome = SignedIn | Exclude<Registered, Me>;

type Wish = Pick<RegistrationSettings, 'email'>;

/** Making an account of one's own by the form. */
export function createRegistrationService(deps: RegistrationDeps) {
  const { admission, audit, clock, limiters, mails, passwords, repo, signIn } = deps;

  /** The address as asked for: one that nobody asks for is not kept. */
  function emailIn(input: Registration, { email }: Wish, asking: Asking): string | null {
    if (email === 'none') return null;
    if (input.email === undefined) {
      throw new AppError('bad_request', 'Give your e-mail address.', { param: 'email' });
    }
    if (email === 'confirmed' && !mails.works(asking.origin)) {
      throw new AppError(
        'mail_not_sent',
        'Your address cannot be confirmed, for this server cannot send mail now. Ask an admin.',
      );
    }
    return input.email;
  }

  async function notTooMany(tx: Tx): Promise<void> {
    if ((await repo.countWaiting(tx)) < MOST_WAITING) return;
    throw new AppError(
      'registration_closed',
      'Too many people wait for being let in. Try again when an admin has seen them.',
    );
  }

  type Making = {
    input: Registration;
    email: string | null;
    wish: Wish;
    state: 'active' | 'pending';
    passwordHash: string;
    visitor: Visitor & Asking;
  };

  /** Makes the person; the mail they are sent comes with it. */
  async function make(tx: Tx, { input, email, wish, state, passwordHash, visitor }: Making) {
    const { username, displayName } = input;
    if (state === 'pending') await notTooMany(tx);
    const { role, permissions } = await admission.roleFor(tx);
    const id = newId(clock);
    // NOTE: an address that has to be confirmed is kept with its link: until then it is nobody's.
    const claimed = wish.email === 'asked' && email !== null && !(await repo.emailTaken(tx, email));
    const fresh = await repo.insert(tx, {
      ...{ id, username, displayName, role, state, passwordHash },
      email: claimed ? email : null,
      language: languageOf(visitor.languages),
      createdAt: new Date(clock.now()),
    });
    if (!fresh) throw nameTaken();
    const path =
      email === null
        ? null
        : await openConfirmLink({ repo, clock }, tx, { userId: id, kind: 'welcome', email });
    const me: Me = { id, username, displayName, role, permissions: permissions as Permission[] };
    await audit.note(tx, {
      ...by(visitor, me),
      action: 'users.register',
      target: { kind: 'user', id, name: username },
      after: { username, displayName, role, state },
    });
    return { me, path };
  }

  return {
    /**
     * @throws AppError registration_closed; conflict when the user name is taken; bad_request for a weak
     *   password or no address; mail_not_sent; too_many_tries.
     */
    async register(input: Registration, visitor: Visitor & Asking): Promise<RegistrationOutcome> {
      await limiters.register.take(addressKey(visitor.address));
      const wish = await admission.settings();
      const { username } = input;
      const admitted = await admission.admit({
        ...{ username, email: input.email ?? null },
        ...{ emailVerified: false, from: 'form' },
      });
      const email = emailIn(input, wish, visitor);
      const passwordHash = await passwords.choose(input.password, { username, email });
      await repo.removeUnconfirmed(new Date(clock.now()));
      const state = wish.email === 'confirmed' ? 'pending' : admitted;
      const making = { input, email, wish, state, passwordHash, visitor };
      const { me, path } = await repo.inTx((tx) => make(tx, making));
      if (email !== null && path !== null) {
        await sendWelcome(deps, { email, username, path }, visitor);
      }
      if (wish.email === 'confirmed') return { next: 'confirm' };
      if (state === 'pending') return { next: 'approval' };
      return await signIn.enter(me, passwordHash, visitor);
    },
  };
}

function nameTaken(): AppError {
  return new AppError('conflict', 'That user name is taken. Choose another one.', {
    param: 'username',
  });
}
