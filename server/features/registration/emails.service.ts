import { AppError } from '#shared/errors.ts';
import type { EmailConfirmed, MyEmail } from '#shared/schemas/registration.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { Clock } from '../../infra/clock.ts';
import { sha256hex } from '../../infra/ids.ts';
import type { Tx } from '../../infra/prisma/client.ts';
import { Prisma } from '../../infra/prisma/generated/client.ts';
import { type Audit, by } from '../audit/index.ts';
import {
  addressKey,
  type Limiters,
  type Proven,
  requireRecentProof,
  type Visitor,
} from '../sessions/index.ts';
import type { UsersRepo } from '../users/index.ts';
import type { AdmissionService } from './admission.service.ts';
import { openConfirmLink } from './confirm-links.ts';
import type { Asking, MailDesk } from './mail-desk.ts';
import { languageOf } from './mail-texts.ts';
import type { RegistrationRepo } from './people.repo.ts';

export type EmailsDeps = {
  repo: RegistrationRepo;
  users: Pick<UsersRepo, 'lock' | 'find' | 'announce'>;
  admission: Pick<AdmissionService, 'settings'>;
  mails: MailDesk;
  limiters: Pick<Limiters, 'token' | 'mailTo'>;
  audit: Pick<Audit, 'note'>;
  clock: Pick<Clock, 'now'>;
};

type Link = NonNullable<Awaited<ReturnType<RegistrationRepo['findLink']>>>;

/** People's e-mail addresses: one counts when somebody who reads it opened the link sent there. */
export function createEmailsService(deps: EmailsDeps) {
  const { admission, audit, clock, limiters, mails, repo, users } = deps;
  const now = () => new Date(clock.now());

  /** Whoever registered is let in by this where nobody else has a say. */
  async function letIn(
    tx: Tx,
    { kind, userId }: Link,
    state: string,
  ): Promise<EmailConfirmed['outcome']> {
    if (state !== 'pending') return 'confirmed';
    const { mode } = await admission.settings();
    if (kind !== 'welcome' || mode !== 'open') return 'waiting';
    await repo.activate(tx, userId);
    return 'active';
  }

  async function confirm(tx: Tx, token: string, link: Link, visitor: Visitor) {
    const { userId, email } = link;
    const standing = await users.lock(tx, userId);
    if (!standing || standing.state === 'disabled') throw linkOver();
    if (!(await repo.takeLink(tx, sha256hex(token), now()))) throw linkOver();
    const holder = await repo.holderOf(email, tx);
    if (holder && holder.id !== userId) throw addressTaken();
    const before = await repo.readerOf(tx, userId);
    await repo.setEmail(tx, userId, email, now());
    const outcome = await letIn(tx, link, standing.state);
    await users.announce(tx, userId);
    const username = (await users.find(tx, userId))?.username ?? '';
    await audit.note(tx, {
      ...by(visitor, { id: userId, username }),
      action: 'users.emailChanged',
      target: { kind: 'user', id: userId, name: username },
      before: { email: before?.email ?? null },
      after: { email, confirmed: true },
    });
    return { outcome, before };
  }

  return {
    async mine(me: Me): Promise<MyEmail> {
      return { ...(await repo.emailOf(me.id, now())), mail: mails.configured };
    },

    /**
     * Sends a link to the address; until it is opened there, nothing changes. The answer does not tell
     * whether the address is somebody's.
     * @throws AppError step_up_needed, for an address opens the way to a new password; mail_not_sent;
     *   too_many_tries.
     */
    async requestChange(me: Me, email: string, visitor: Visitor & Proven & Asking): Promise<void> {
      requireRecentProof(visitor);
      if (!mails.works(visitor.origin)) {
        throw new AppError(
          'mail_not_sent',
          'No mail can be sent. An admin has to set SMTP_URL, MAIL_FROM and PUBLIC_URL first.',
        );
      }
      await limiters.mailTo.take(me.id);
      const path = await repo.inTx(async (tx) => {
        await repo.setLanguage(tx, me.id, languageOf(visitor.languages));
        return await openConfirmLink({ repo, clock }, tx, { userId: me.id, kind: 'email', email });
      });
      const holder = await repo.holderOf(email);
      const { username } = me;
      if (holder && holder.id !== me.id)
        mails.put(holder, { kind: 'known', path: '/sign-in' }, visitor);
      else mails.put({ username, email, language: '' }, { kind: 'confirm', path }, visitor);
    },

    /**
     * The link works once. The address that was confirmed before is told of it.
     * @throws AppError not_found when used, expired or unknown; conflict; too_many_tries.
     */
    async confirm(token: string, visitor: Visitor & Asking): Promise<EmailConfirmed> {
      const from = addressKey(visitor.address);
      await limiters.token.take(from);
      const link = await repo.findLink(sha256hex(token), now());
      if (!link) throw linkOver();
      await limiters.token.giveBack(from);
      try {
        const { outcome, before } = await repo.inTx((tx) => confirm(tx, token, link, visitor));
        if (before && before.email !== link.email) mails.tellMoved(before, link.email, visitor);
        return { outcome };
      } catch (error) {
        // P2002: of two who confirm the same address at once, one has it.
        if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') {
          throw addressTaken();
        }
        throw error;
      }
    },
  };
}

function linkOver(): AppError {
  return new AppError('not_found', 'This link does not work any more. Ask for a new one.');
}

function addressTaken(): AppError {
  return new AppError(
    'conflict',
    'This address belongs to another account by now. Use another one.',
  );
}
