import { AppError } from '#shared/errors.ts';
import { covers, type Permission, requirePermission } from '#shared/permissions.ts';
import type { RegistrationLook, RegistrationSettings } from '#shared/schemas/registration.ts';
import type { Tx } from '../../infra/prisma/client.ts';
import { type Actor, type Audit, by } from '../audit/index.ts';
import type { UsersRepo } from '../users/index.ts';
import type { Asking, MailDesk } from './mail-desk.ts';
import type { RegistrationSettingsRepo } from './settings.repo.ts';

/** Somebody who is not known here yet. */
export type Newcomer = {
  username: string;
  email: string | null;
  /** Whether somebody who reads that mailbox said so, or a service that is believed does. */
  emailVerified: boolean;
  /** How they come: by the form, or by the service of this id. */
  from: 'form' | (string & {});
};

export type AdmissionDeps = {
  repo: RegistrationSettingsRepo;
  users: Pick<UsersRepo, 'lock' | 'roleAllows'>;
  mails: Pick<MailDesk, 'works' | 'configured'>;
  audit: Pick<Audit, 'note'>;
};

/** Who may make an account of their own, as admins decided. */
export function createAdmissionService({ audit, mails, repo, users }: AdmissionDeps) {
  /** Whoever saves may do it still, and gives away nothing they lack. */
  async function mayHandOn(tx: Tx, actor: Actor, role: string): Promise<void> {
    const caller = await users.lock(tx, actor.me.id);
    const permissions = caller?.state === 'active' ? caller.permissions : [];
    requirePermission({ permissions }, 'sign-in.write');
    const allows = await users.roleAllows(tx, role);
    if (!allows) throw new AppError('bad_request', 'There is no such role.', { param: 'role' });
    if (covers({ permissions }, allows)) return;
    throw new AppError(
      'forbidden',
      'This role allows more than yours. Ask an admin to choose it.',
      {
        param: 'role',
      },
    );
  }

  return {
    settings: (): Promise<RegistrationSettings> => repo.read(),

    /** What strangers may know. */
    async look(): Promise<RegistrationLook> {
      const { mode, email, domains } = await repo.read();
      return { mode, email, domains: mode === 'closed' ? [] : domains, mail: mails.configured };
    },

    /**
     * @throws AppError forbidden for a role that allows more than the caller's; bad_request for one that
     *   is not there, or when mails have to be sent and cannot be.
     */
    async save(
      actor: Actor & Pick<Asking, 'origin'>,
      wanted: RegistrationSettings,
    ): Promise<RegistrationSettings> {
      if (wanted.email === 'confirmed' && !mails.works(actor.origin)) {
        throw new AppError(
          'bad_request',
          'Nobody can confirm an address while no mail can be sent. Set SMTP_URL, MAIL_FROM and PUBLIC_URL first.',
          { param: 'email' },
        );
      }
      await repo.save(wanted, {
        check: (tx) => mayHandOn(tx, actor, wanted.role),
        note: (tx, was) =>
          audit.note(tx, {
            ...by(actor, actor.me),
            action: 'registration.save',
            target: { kind: 'settings', id: 'registration', name: 'registration' },
            before: was,
            after: wanted,
          }),
      });
      return wanted;
    },

    /**
     * Whether somebody new comes in at once or waits for an admin.
     * @throws AppError registration_closed when nobody does, or nobody with this address.
     */
    async admit({ email, emailVerified, from }: Newcomer): Promise<'active' | 'pending'> {
      const { mode, domains } = await repo.read();
      if (mode === 'closed') {
        throw new AppError(
          'registration_closed',
          'Registration is closed. Ask an admin to invite you.',
        );
      }
      // Whoever comes by the form has yet to confirm their address.
      const counts = from === 'form' || emailVerified;
      const domain = (counts && email?.toLowerCase().split('@').at(-1)) || null;
      if (domains.length > 0 && (domain === null || !domains.includes(domain))) {
        throw new AppError(
          'registration_closed',
          `Only people with an e-mail address at ${domains.join(', ')} may register.`,
          { param: 'email' },
        );
      }
      return mode === 'open' ? 'active' : 'pending';
    },

    /** The role of whoever comes in by the form; one that is gone by now allows nothing. */
    async roleFor(tx: Tx): Promise<{ role: string; permissions: readonly Permission[] }> {
      const { role } = await repo.read(tx);
      const permissions = await users.roleAllows(tx, role);
      return permissions ? { role, permissions } : { role: 'member', permissions: [] };
    },
  };
}
export type AdmissionService = ReturnType<typeof createAdmissionService>;
