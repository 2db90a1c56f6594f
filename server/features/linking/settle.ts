import { AppError } from '#shared/errors.ts';
import type { OAuthFacts } from '#shared/oauth-facts.ts';
import type { LinkProblem } from '#shared/schemas/linking.ts';
import type { Cipher } from '../../infra/cipher.ts';
import type { Audit } from '../audit/index.ts';
import type { OpenedClient } from '../oauth-clients/index.ts';
import type { Vault } from '../vault/index.ts';
import type { ReadFacts } from './account-facts.ts';
import { type HeldTokens, openHeld } from './held-secret.ts';
import type { Attempt, LinkedRow, LinkingRepo } from './linking.repo.ts';

export type SettleDeps = {
  repo: LinkingRepo;
  vault: Pick<Vault, 'add' | 'replace'>;
  readFacts: ReadFacts;
  cipher: Pick<Cipher, 'open'>;
  audit: Pick<Audit, 'note'>;
};

/** Where a change comes from; a device's sign-in comes from nowhere. */
export type From = { address: string; requestId: string | null };

/** Tokens with what is known of the account. */
type Renewed = Omit<OAuthFacts, 'planEnds'> & {
  refreshToken: string;
  accessToken: string;
  accessExpiresAt: Date | null;
  clientId: string;
};

type Came = { accountId: string } | { asks: string } | { problem: LinkProblem; detail: string };

const failed = (problem: LinkProblem, detail = ''): Came => ({ problem, detail });

/** Makes an account of tokens that came, or gives them to the one there is. */
export function createSettle({ audit, cipher, readFacts, repo, vault }: SettleDeps) {
  async function note(
    attempt: Attempt,
    accountId: string,
    facts: OAuthFacts,
    from: From,
  ): Promise<void> {
    const [row, person] = await Promise.all([repo.linked(accountId), repo.person(attempt.userId)]);
    await repo.inTx((tx) =>
      audit.note(tx, {
        actor: { id: attempt.userId, name: person?.username ?? '' },
        ...from,
        action: attempt.accountId === null ? 'accounts.link' : 'accounts.relink',
        target: { kind: 'account', id: accountId, name: row?.account.name ?? '' },
        after: { way: attempt.way, owner: attempt.ownerId, email: facts.email, plan: facts.plan },
      }),
    );
  }

  function tokensOf(client: OpenedClient, tokens: HeldTokens, facts: OAuthFacts): Renewed {
    return {
      refreshToken: tokens.refreshToken,
      accessToken: tokens.accessToken,
      accessExpiresAt: tokens.expiresAt === null ? null : new Date(tokens.expiresAt),
      clientId: client.id,
      email: facts.email,
      userName: facts.userName,
      plan: facts.plan,
      subject: facts.subject,
    };
  }

  async function renew(accountId: string, tokens: Renewed): Promise<Came> {
    try {
      await vault.replace(accountId, tokens);
      return { accountId };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.code === 'not_found') return failed('gone');
      if (error.code === 'conflict') return failed('taken');
      throw error;
    }
  }

  async function make(attempt: Attempt, client: OpenedClient, tokens: Renewed): Promise<Came> {
    const { ownerId } = attempt;
    const name = attempt.name || tokens.email || tokens.userName || client.platformId;
    const [added] = await vault.add([
      { ownerId, platformId: client.platformId, name: name.slice(0, 100), ...tokens },
    ]);
    if (added?.kind === 'created') return { accountId: added.accountId };
    if (added?.kind === 'known') {
      const row = await repo.linked(added.accountId);
      // Whose it is is told to nobody else.
      return row?.account.ownerId === ownerId ? { accountId: added.accountId } : failed('taken');
    }
    return failed(added?.reason === 'token' ? 'refused' : 'gone', added?.text ?? '');
  }

  /** Whether it is another account than the one to be signed in again. */
  function isAnother(row: LinkedRow, facts: OAuthFacts): boolean {
    if (row.subject !== null && facts.subject !== null) return row.subject !== facts.subject;
    return row.email !== null && facts.email !== null && row.email !== facts.email;
  }

  async function again(accountId: string, facts: OAuthFacts, tokens: Renewed): Promise<Came> {
    const row = await repo.linked(accountId);
    if (!row) return failed('gone');
    if (isAnother(row, facts)) return failed('other_account', facts.email ?? '');
    return await renew(accountId, tokens);
  }

  async function cameTo(
    attempt: Attempt,
    client: OpenedClient,
    facts: OAuthFacts,
    held: HeldTokens,
  ): Promise<Came> {
    if (!(await repo.person(attempt.userId))) return failed('gone');
    const tokens = tokensOf(client, held, facts);
    if (attempt.accountId !== null) return await again(attempt.accountId, facts, tokens);
    const { ownerId, sessionId } = attempt;
    const same = await repo.same({ ownerId, platformId: client.platformId }, facts);
    if (!same) return await make(attempt, client, tokens);
    return sessionId === null ? await renewOrRefuse(same, tokens) : { asks: same.accountId };
  }

  /** Where nobody can be asked only one that does not work any more gets new tokens. */
  async function renewOrRefuse(same: LinkedRow, tokens: Renewed) {
    if (same.account.state !== 'expired') return failed('taken');
    return await renew(same.accountId, tokens);
  }

  return {
    /** Ends an attempt that holds tokens. Never throws for what a platform or a person did. */
    async settle(attempt: Attempt, client: OpenedClient, from: From): Promise<void> {
      const { tokens: held } = openHeld(cipher, attempt.id, attempt.secret);
      if (!held) return await repo.end(attempt.id, { problem: 'unreachable', detail: '' });
      const facts = await readFacts(client, held);
      const came = await cameTo(attempt, client, facts, held);
      if ('asks' in came) {
        const asking = { state: 'asking' as const, resultId: came.asks };
        return void (await repo.move(attempt.id, 'holding', asking));
      }
      if ('accountId' in came) await note(attempt, came.accountId, facts, from);
      await repo.end(attempt.id, came);
    },
  };
}
export type Settle = ReturnType<typeof createSettle>;
