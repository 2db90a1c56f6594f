import { LINK_PROBLEMS, type LinkStatus } from '#shared/schemas/linking.ts';
import type { Attempt, LinkingRepo } from './linking.repo.ts';

/** What a person is told of an attempt; `now` in epoch ms. */
export async function statusOf(
  repo: Pick<LinkingRepo, 'linked'>,
  attempt: Attempt,
  now: number,
): Promise<LinkStatus> {
  const isOver = attempt.expiresAt.getTime() <= now;
  switch (attempt.state) {
    case 'failed':
      return failedStatus(attempt.error ?? '');
    case 'done':
      return await accountStatus(repo, attempt);
    case 'asking':
      return isOver ? EXPIRED : await accountStatus(repo, attempt);
    default: {
      if (isOver && attempt.state === 'waiting') return EXPIRED;
      return { state: 'waiting', expiresAt: attempt.expiresAt.toISOString() };
    }
  }
}

const EXPIRED: LinkStatus = { state: 'failed', problem: 'expired', detail: '' };

async function accountStatus(
  repo: Pick<LinkingRepo, 'linked'>,
  { id, resultId, state }: Attempt,
): Promise<LinkStatus> {
  const row = resultId === null ? null : await repo.linked(resultId);
  if (!row) return { state: 'failed', problem: 'gone', detail: '' };
  const account = { id: row.accountId, name: row.account.name, email: row.email };
  return state === 'done' ? { state, account } : { state: 'asking', attempt: id, account };
}

function failedStatus(error: string): LinkStatus {
  const [problem = '', ...detail] = error.split('\n');
  const known = LINK_PROBLEMS.find((name) => name === problem) ?? 'unreachable';
  return { state: 'failed', problem: known, detail: detail.join(' ') };
}
