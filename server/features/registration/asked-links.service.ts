import { AppError } from '#shared/errors.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Log } from '../../infra/log.ts';
import { addressKey, type Limiters, type Visitor } from '../sessions/index.ts';
import type { InvitesService } from '../users/index.ts';
import { openConfirmLink, sendWelcome } from './confirm-links.ts';
import type { Asking, MailDesk } from './mail-desk.ts';
import type { RegistrationRepo } from './people.repo.ts';

export type AskedLinksDeps = {
  repo: RegistrationRepo;
  invites: Pick<InvitesService, 'openReset'>;
  mails: Pick<MailDesk, 'put' | 'configured'>;
  limiters: Pick<Limiters, 'mailAsk' | 'mailTo'>;
  clock: Pick<Clock, 'now'>;
  log: Pick<Log, 'error'>;
};

/**
 * Links that strangers ask for by mail. The answer comes before anybody is looked up, so neither it nor
 * its time tells whether there is such a person.
 */
export function createAskedLinksService(deps: AskedLinksDeps) {
  const { clock, invites, limiters, log, mails, repo } = deps;
  const underWay = new Set<Promise<void>>();

  /** @throws AppError too_many_tries, counted by address. */
  async function ask(visitor: Visitor, send: () => Promise<void>): Promise<void> {
    await limiters.mailAsk.take(addressKey(visitor.address));
    if (!mails.configured) return;
    const sending = send()
      .catch((err: unknown) => log.error({ err }, 'a link that was asked for was not sent'))
      .finally(() => underWay.delete(sending));
    underWay.add(sending);
  }

  /** Whether one more mail may go to them: a mailbox is not filled by whoever knows a name. */
  async function mayWrite(userId: string): Promise<boolean> {
    try {
      await limiters.mailTo.take(userId);
      return true;
    } catch (error) {
      if (error instanceof AppError) return false;
      throw error;
    }
  }

  async function sendReset(who: string, asking: Asking): Promise<void> {
    const reader = await repo.forgetful(who);
    if (!reader || !(await mayWrite(reader.id))) return;
    const { path } = await repo.inTx((tx) => invites.openReset(tx, reader.id));
    mails.put(reader, { kind: 'reset', path }, asking);
  }

  async function sendConfirmation(who: string, asking: Asking): Promise<void> {
    const newcomer = await repo.unconfirmed(who);
    if (!newcomer || !(await mayWrite(newcomer.id))) return;
    const { id: userId, username, email } = newcomer;
    const link = { userId, kind: 'welcome', email } as const;
    const path = await repo.inTx((tx) => openConfirmLink({ repo, clock }, tx, link));
    await sendWelcome({ repo, mails }, { email, username, path }, asking);
  }

  return {
    /**
     * A link to choose a new password, for whoever has a confirmed address.
     * @throws AppError too_many_tries, counted by address.
     */
    forgot: (who: string, visitor: Visitor & Asking): Promise<void> =>
      ask(visitor, () => sendReset(who, visitor)),

    /**
     * The mail of a registration once more, in place of the one before, for whoever has not opened it.
     * @throws AppError too_many_tries, counted by address.
     */
    resend: (who: string, visitor: Visitor & Asking): Promise<void> =>
      ask(visitor, () => sendConfirmation(who, visitor)),

    /** Resolves when nothing that was asked for is under way. */
    settled: async (): Promise<void> => {
      await Promise.all(underWay);
    },
  };
}
