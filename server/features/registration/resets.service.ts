import { AppError } from '#shared/errors.ts';
import type { Log } from '../../infra/log.ts';
import { addressKey, type Limiters, type Visitor } from '../sessions/index.ts';
import type { InvitesService } from '../users/index.ts';
import type { Asking, MailDesk } from './mail-desk.ts';
import type { RegistrationRepo } from './people.repo.ts';

export type ResetsDeps = {
  repo: Pick<RegistrationRepo, 'inTx' | 'forgetful'>;
  invites: Pick<InvitesService, 'openReset'>;
  mails: Pick<MailDesk, 'put' | 'works' | 'configured'>;
  limiters: Pick<Limiters, 'mailAsk' | 'mailTo'>;
  log: Pick<Log, 'error'>;
};

/** Replacing a forgotten password by mail. */
export function createResetsService({ invites, limiters, log, mails, repo }: ResetsDeps) {
  const underWay = new Set<Promise<void>>();

  async function send(who: string, asking: Asking): Promise<void> {
    const reader = await repo.forgetful(who);
    if (!reader) return;
    try {
      // A person's mailbox is not filled by whoever knows their name.
      await limiters.mailTo.take(reader.id);
    } catch (error) {
      if (error instanceof AppError) return;
      throw error;
    }
    const { path } = await repo.inTx((tx) => invites.openReset(tx, reader.id));
    mails.put(reader, { kind: 'reset', path }, asking);
  }

  return {
    /**
     * Sends a link to whoever this is, if they have a confirmed address. The answer comes before anybody
     * is looked up, so neither it nor its time tells whether there is such a person.
     * @throws AppError too_many_tries, counted by address.
     */
    async forgot(who: string, visitor: Visitor & Asking): Promise<void> {
      await limiters.mailAsk.take(addressKey(visitor.address));
      if (!mails.configured) return;
      const sending = send(who, visitor)
        .catch((err: unknown) => log.error({ err }, 'a link for a new password was not sent'))
        .finally(() => underWay.delete(sending));
      underWay.add(sending);
    },

    /** Resolves when nothing that was asked for is under way. */
    settled: async (): Promise<void> => {
      await Promise.all(underWay);
    },
  };
}
