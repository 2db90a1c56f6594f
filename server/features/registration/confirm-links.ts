import type { Clock } from '../../infra/clock.ts';
import { newId, newSecret, sha256hex } from '../../infra/ids.ts';
import type { Tx } from '../../infra/prisma/client.ts';
import type { Asking, MailDesk } from './mail-desk.ts';
import type { NewLink, RegistrationRepo } from './people.repo.ts';

const DAY_MS = 86_400_000;

/** The path of a new link that confirms an address. The token stands in the fragment, so in nobody's log. */
export async function openConfirmLink(
  { repo, clock }: { repo: Pick<RegistrationRepo, 'openLink'>; clock: Pick<Clock, 'now'> },
  tx: Tx,
  link: Pick<NewLink, 'userId' | 'kind' | 'email'>,
): Promise<string> {
  const token = newSecret('');
  const createdAt = new Date(clock.now());
  const expiresAt = new Date(clock.now() + DAY_MS);
  const tokenHash = sha256hex(token);
  await repo.openLink(tx, { ...link, id: newId(clock), tokenHash, createdAt, expiresAt });
  return `/confirm-email#${token}`;
}

type Welcome = { email: string; username: string; path: string };

/**
 * Writes to the address somebody registered with. Whoever has it already is told so, by mail only: the
 * page says the same as to others.
 */
export async function sendWelcome(
  { repo, mails }: { repo: Pick<RegistrationRepo, 'holderOf'>; mails: Pick<MailDesk, 'put'> },
  { email, username, path }: Welcome,
  asking: Asking,
): Promise<void> {
  const holder = await repo.holderOf(email);
  if (holder) mails.put(holder, { kind: 'known', path: '/sign-in' }, asking);
  else mails.put({ username, email, language: '' }, { kind: 'welcome', path }, asking);
}
