import { AppError } from '#shared/errors.ts';
import type { SsoPerson } from '#shared/sso-claims.ts';
import type { Clock } from '../../infra/clock.ts';
import { newId } from '../../infra/ids.ts';
import type { Tx } from '../../infra/prisma/client.ts';
import { holdLock } from '../../infra/prisma/locks.ts';
import { type Audit, by } from '../audit/index.ts';
import type { AdmissionService } from '../registration/index.ts';
import type { UsersRepo } from '../users/index.ts';
import { usernamesFor } from './free-username.ts';
import type { IdentitiesRepo, Known, Refreshed } from './identities.repo.ts';
import type { SsoCaller } from './ports.ts';
import type { Provider } from './provider.ts';

/** Most identities one person links. */
const MOST_IDENTITIES = 20;

export type ArrivalsDeps = {
  repo: IdentitiesRepo;
  /** Whether an admin took their password away and gave them a link. */
  hasLinkOfAdmin(userId: string, now: Date): Promise<boolean>;
  admit: AdmissionService['admit'];
  /** How many others are admins who can sign in. */
  countAdminsBut: UsersRepo['countAdminsBut'];
  audit: Pick<Audit, 'note'>;
  clock: Pick<Clock, 'now'>;
};

/** Who somebody is here that another service vouched for. */
export type Arrived = { userId: string; passwordHash: string | null };

type Visit = { provider: Provider; person: SsoPerson; caller: SsoCaller };

/** The rules by which an identity becomes a person of ours. */
export function createArrivals(deps: ArrivalsDeps) {
  const { admit, audit, clock, countAdminsBut, hasLinkOfAdmin, repo } = deps;
  const now = () => new Date(clock.now());

  /** Keeps what the service tells now, and notes what was done. */
  async function settle(
    tx: Tx,
    holder: Known,
    visit: Visit,
    note: { action: 'sso.signIn' | 'sso.link'; registered?: boolean },
  ): Promise<void> {
    const { caller, person, provider } = visit;
    const at = { id: newId(clock), providerId: provider.id, userId: holder.id, now: now() };
    await repo.save(tx, at, person);
    await repo.refresh(tx, holder.id, await changeOf(tx, holder, visit));
    const after = {
      service: provider.id,
      subject: person.subject,
      ...(note.registered ? { registered: true } : {}),
    };
    await audit.note(tx, {
      ...by(caller, holder),
      action: note.action,
      target: { kind: 'user', id: holder.id, name: holder.username },
      after,
    });
  }

  async function changeOf(tx: Tx, holder: Known, { person, provider }: Visit): Promise<Refreshed> {
    const { fields } = provider.settings;
    const role = await roleOf(tx, holder, { person, provider });
    return {
      ...(fields.avatar !== '' && person.avatarUrl !== '' ? { avatarUrl: person.avatarUrl } : {}),
      ...(person.trustLevel === null ? {} : { trustLevel: person.trustLevel }),
      ...(role === null ? {} : { role }),
    };
  }

  /** The role the rules give now; null = it stays. The last admin stays one. */
  async function roleOf(
    tx: Tx,
    holder: Known,
    { person, provider }: Pick<Visit, 'person' | 'provider'>,
  ): Promise<string | null> {
    const { defaultRole, syncRole } = provider.settings;
    const wanted = person.role ?? defaultRole;
    if (!syncRole || wanted === holder.role || !(await repo.roleExists(tx, wanted))) return null;
    await holdLock(tx, 'admins');
    if (holder.role === 'admin' && (await countAdminsBut(tx, holder.id)) === 0) return null;
    return wanted;
  }

  /** Signs a person in whom the identity or their confirmed address tells; null = nobody is known. */
  function known(visit: Visit): Promise<Arrived | null> {
    const { person, provider } = visit;
    return repo.inTx(async (tx) => {
      await repo.lockSubject(tx, provider.id, person.subject);
      const own = await repo.holderOf(tx, provider.id, person.subject);
      const holder = own ?? (await byMail(tx, visit));
      if (!holder) return null;
      refuseUnwelcome(holder);
      if (!own) await settle(tx, holder, visit, { action: 'sso.link' });
      await settle(tx, holder, visit, { action: 'sso.signIn' });
      return arrived(holder);
    });
  }

  /** Both sides must have confirmed the address: otherwise writing somebody's would be enough. */
  async function byMail(tx: Tx, { person, provider }: Visit): Promise<Known | null> {
    const { email, emailVerified } = person;
    if (!provider.settings.linkByVerifiedEmail || email === null || !emailVerified) return null;
    return await repo.confirmed(tx, email);
  }

  /** @throws AppError registration_closed */
  async function register(visit: Visit): Promise<Arrived> {
    const { person, provider } = visit;
    const email = person.emailVerified ? person.email : null;
    const names = usernamesFor([person.username, person.name, email?.split('@')[0] ?? '']);
    const newcomer = { username: person.username, email, emailVerified: email !== null };
    const state = await admit({ ...newcomer, from: provider.id });
    const made = await repo.inTx(async (tx) => {
      await repo.lockSubject(tx, provider.id, person.subject);
      const already = await repo.holderOf(tx, provider.id, person.subject);
      if (already) return already;
      const holder = await addPerson(tx, { names, state, email }, visit);
      await settle(tx, holder, visit, { action: 'sso.signIn', registered: true });
      return holder;
    });
    refuseUnwelcome(made);
    return arrived(made);
  }

  async function addPerson(
    tx: Tx,
    facts: { names: Iterable<string>; state: 'active' | 'pending'; email: string | null },
    { person, provider }: Visit,
  ): Promise<Known> {
    const wanted = person.role ?? provider.settings.defaultRole;
    const role = (await repo.roleExists(tx, wanted)) ? wanted : 'member';
    const { email, names, state } = facts;
    const id = newId(clock);
    const displayName = person.name.slice(0, 80);
    for (const username of names) {
      const row = { id, username, displayName, role, state, email, createdAt: now() };
      if (await repo.addPerson(tx, row)) return { id, username, role, state, passwordHash: null };
    }
    throw new AppError('conflict', 'No free user name was found. Ask an admin to add you.');
  }

  return {
    /**
     * The person this identity is, signs in as, or becomes.
     * @throws AppError sso_user_info_failed without an id; sso_refused by the service's gates or when
     *   nobody is known; user_disabled, user_pending; registration_closed.
     */
    async signIn(visit: Visit): Promise<Arrived> {
      checkGates(visit);
      const found = await known(visit);
      if (found === null && !visit.provider.settings.newPeople) {
        throw new AppError(
          'sso_refused',
          `Nobody here is linked to this account of ${visit.provider.name}. Sign in another way and link it in your profile, or ask an admin.`,
        );
      }
      const whom = found ?? (await register(visit));
      if (whom.passwordHash === null && (await hasLinkOfAdmin(whom.userId, now()))) {
        throw new AppError(
          'sso_refused',
          'Your password was reset. Open the link you were given and choose a new one first.',
        );
      }
      return whom;
    },

    /**
     * Whether this identity is the person's own, which is noted as used.
     * @throws AppError sso_refused by the service's gates.
     */
    async isOwn(userId: string, visit: Visit): Promise<boolean> {
      checkGates(visit);
      const { person, provider } = visit;
      const identity = { providerId: provider.id, subject: person.subject, userId };
      return await repo.noteUse(identity, now());
    },

    /**
     * Makes this identity one of the person's.
     * @throws AppError conflict when somebody else has it; sso_refused by the service's gates.
     */
    async link(userId: string, visit: Visit): Promise<void> {
      checkGates(visit);
      const { person, provider } = visit;
      await repo.inTx(async (tx) => {
        await repo.lockSubject(tx, provider.id, person.subject);
        const own = await repo.holderOf(tx, provider.id, person.subject);
        if (own && own.id !== userId) {
          throw new AppError(
            'conflict',
            `This account of ${provider.name} belongs to somebody else here. Unlink it there first.`,
          );
        }
        const holder = own ?? (await repo.person(tx, userId));
        if (!holder) throw new AppError('not_signed_in', 'Sign in first.');
        refuseUnwelcome(holder);
        const all = await repo.lockedListOf(tx, userId);
        if (!own && all.length >= MOST_IDENTITIES) {
          throw new AppError('conflict', 'You have linked many accounts. Unlink one first.');
        }
        await settle(tx, holder, visit, { action: 'sso.link' });
      });
    },
  };
}
export type Arrivals = ReturnType<typeof createArrivals>;

const arrived = ({ id, passwordHash }: Known): Arrived => ({ userId: id, passwordHash });

/** @throws AppError sso_user_info_failed, sso_refused */
function checkGates({ person, provider }: Visit): void {
  const { leastTrustLevel, mailDomains } = provider.settings;
  if (person.subject === '') {
    throw new AppError(
      'sso_user_info_failed',
      `${provider.name} did not say who you are. An admin can check the fields of this service.`,
    );
  }
  if ((person.trustLevel ?? 0) < leastTrustLevel) {
    throw new AppError(
      'sso_refused',
      `Only people of trust level ${leastTrustLevel} or higher at ${provider.name} may come in.`,
    );
  }
  const domain = person.emailVerified ? person.email?.split('@').at(-1) : undefined;
  if (mailDomains.length === 0 || (domain !== undefined && mailDomains.includes(domain))) return;
  throw new AppError(
    'sso_refused',
    `Only people with a confirmed e-mail address at ${mailDomains.join(', ')} may come in by ${provider.name}.`,
  );
}

/** @throws AppError user_disabled, user_pending: told only to whoever proved who they are. */
function refuseUnwelcome({ state }: Known): void {
  if (state === 'disabled') {
    throw new AppError('user_disabled', 'Your account is disabled. Ask an admin to enable it.');
  }
  if (state === 'pending') {
    throw new AppError('user_pending', 'An admin has not let you in yet. Try again later.');
  }
}
