import { AppError } from '#shared/errors.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { TokenFamilyView } from '#shared/schemas/tokens.ts';
import type { Clock } from '../../infra/clock.ts';
import { createHourlyRemoval } from '../../infra/hourly-removal.ts';
import { newId, newSecret, sha256hex } from '../../infra/ids.ts';
import { createLookupCache } from '../../infra/lookup-cache.ts';
import type { Tx } from '../../infra/prisma/client.ts';
import type { Changes } from '../../infra/reloader.ts';
import { type Actor, type Audit, by } from '../audit/index.ts';
import type { SignInMeans, Visitor } from '../sessions/index.ts';
import { type AccessTokens, invalidToken } from './access-tokens.ts';
import { endTokensOf } from './end-tokens.ts';
import type { People, Person } from './people.ts';
import type { Family, TokensRepo } from './tokens.repo.ts';

/** What a program is given for a sign-in or a refresh token. */
export type TokenPair = { accessToken: string; refreshToken: string; expiresInS: number };

/** An access token that was checked. */
export type HeldToken = {
  jti: string;
  /** The sign-in it comes from. */
  familyId: string;
  /** Epoch ms. */
  expiresAt: number;
  /** Epoch ms at which the person gave password or code for it. */
  provedAt: number;
};

export type TokensDeps = {
  repo: TokensRepo;
  access: AccessTokens;
  people: Pick<People, 'byId'>;
  changes: Changes<'tokens'>;
  audit: Pick<Audit, 'note'>;
  /** Ends a person's sessions, those of programs included. */
  endSessionsOf(tx: Tx, userId: string): Promise<unknown>;
  clock: Clock;
  lifeMs: { access: number; refresh: number };
  /** Told of failed reads and removals. */
  onError(error: unknown): void;
};

type From = Pick<Visitor, 'address' | 'userAgent' | 'requestId'>;

/**
 * Sign-ins of programs: an access token that says who they are, and a refresh token, good once, for
 * the next pair. Both come from a family, and die with it on every replica.
 */
export function createTokensService(deps: TokensDeps) {
  const { repo, access, people, changes, audit, endSessionsOf, clock, lifeMs, onError } = deps;
  const families = createLookupCache<Family>({ clock, onError, load: repo.find });
  const removal = createHourlyRemoval({
    clock,
    retentionMs: 0,
    remove: repo.removeExpired,
    onError,
  });
  const stops = [
    // No ids means "any of them".
    changes.on('tokens', ({ ids }) => (ids.length > 0 ? forget(ids) : families.doubt())),
    changes.onGap(families.doubt),
  ];

  function forget(ids: readonly string[]): void {
    const gone = new Set(ids);
    families.drop(({ id }) => gone.has(id));
  }

  const inMs = (ms: number) => new Date(clock.now() + ms);
  const target = (id: string, { username }: { username: string }) => ({
    kind: 'session' as const,
    id,
    name: username,
  });
  const facts = ({ address, userAgent }: Pick<From, 'address' | 'userAgent'>) => ({
    address,
    userAgent: userAgent.slice(0, 400),
  });
  /** A refresh token and what is stored of it. */
  function mint() {
    const refreshToken = newSecret('ghr_');
    const expiresAt = inMs(Math.max(lifeMs.refresh, lifeMs.access));
    return { refreshToken, hash: sha256hex(refreshToken), until: inMs(lifeMs.refresh), expiresAt };
  }

  async function pair(
    who: { number: number; username: string; familyId: string; provedAt: Date },
    refreshToken: string,
  ): Promise<TokenPair> {
    const accessToken = await access.sign({
      sub: String(who.number),
      username: who.username,
      family: who.familyId,
      auth_time: Math.floor(who.provedAt.getTime() / 1000),
    });
    return { accessToken, refreshToken, expiresInS: Math.floor(lifeMs.access / 1000) };
  }

  return {
    /**
     * Begins a family for somebody who just proved who they are.
     * @throws AppError sign_in_failed when they were disabled or their password changed meanwhile.
     */
    async start(
      who: { me: Me; passwordHash: string | null },
      from: From,
      means: SignInMeans,
    ): Promise<TokenPair> {
      const { me, passwordHash } = who;
      const { refreshToken, hash, until, expiresAt } = mint();
      const at = new Date(clock.now());
      const family = { id: newId(clock), userId: me.id, passwordHash, ...facts(from), at };
      const fit = await repo.inTx(async (tx) => {
        const found = await repo.insert(tx, {
          ...family,
          refreshHash: hash,
          refreshUntil: until,
          expiresAt,
        });
        if (!found) return null;
        await audit.note(tx, {
          ...by(from, me),
          action: 'tokens.signIn',
          target: target(family.id, me),
          after: { by: means, userAgent: family.userAgent },
        });
        return found;
      });
      if (!fit) {
        throw new AppError('sign_in_failed', 'Something changed meanwhile. Sign in again.');
      }
      const { username } = me;
      const holder = { number: fit.number, username, familyId: family.id, provedAt: at };
      return await pair(holder, refreshToken);
    },

    /**
     * The next pair for a refresh token. A used one ends the family: somebody else has a copy.
     * @throws AppError token_invalid, token_expired, token_revoked, user_disabled.
     */
    async refresh(text: string, from: From): Promise<TokenPair> {
      const { refreshToken, hash, until, expiresAt } = mint();
      const turned = await repo.inTx(async (tx) => {
        const done = await repo.turn(tx, {
          ...facts(from),
          usedHash: sha256hex(text),
          nextHash: hash,
          at: new Date(clock.now()),
          nextUntil: until,
          expiresAt,
        });
        if (done.kind !== 'reused') return done;
        await audit.note(tx, {
          ...by(from, null),
          action: 'tokens.reuse',
          target: target(done.family.id, done),
          before: { ended: false },
          after: { ended: true, ...facts(from) },
        });
        return done;
      });
      if (turned.kind === 'reused') {
        forget([turned.family.id]);
        throw new AppError(
          'token_revoked',
          'This refresh token was used before, so its sign-in has ended. Sign in again.',
        );
      }
      if (turned.kind === 'expired') {
        throw new AppError('token_expired', 'This refresh token has expired. Sign in again.');
      }
      if (turned.kind === 'unknown') throw invalidToken();
      const { id: familyId, provedAt, userId } = turned.family;
      const { me, number } = await people.byId(userId);
      return await pair({ number, username: me.username, familyId, provedAt }, refreshToken);
    },

    /**
     * Who holds an access token.
     * @throws AppError token_invalid, token_expired, token_revoked, user_disabled, user_pending.
     */
    async verify(text: string): Promise<{ person: Person; token: HeldToken }> {
      const claims = await access.verify(text);
      const family = await families.get(claims.family);
      if (!family) {
        throw new AppError('token_revoked', 'This sign-in has ended. Sign in again.');
      }
      const person = await people.byId(family.userId);
      if (String(person.number) !== claims.sub) throw invalidToken();
      const token = {
        jti: claims.jti,
        familyId: family.id,
        expiresAt: claims.exp * 1000,
        provedAt: claims.auth_time * 1000,
      };
      return { person, token };
    },

    /** The person's programs that are signed in, the last used first. */
    async list(me: Me): Promise<TokenFamilyView[]> {
      const rows = await repo.listOf(me.id, new Date(clock.now()));
      return rows.map(({ createdAt, lastUsedAt, expiresAt, ...row }) => ({
        ...row,
        createdAt: createdAt.toISOString(),
        lastUsedAt: lastUsedAt.toISOString(),
        expiresAt: expiresAt.toISOString(),
      }));
    },

    /** @throws AppError not_found when it is not a sign-in of this person. */
    async end(actor: Actor, id: string): Promise<void> {
      const { me } = actor;
      const ended = await repo.inTx(async (tx) => {
        const row = await repo.endOne(tx, { id, userId: me.id });
        if (!row) return false;
        const before = { userAgent: row.userAgent, address: row.address };
        await audit.note(tx, {
          ...by(actor, me),
          action: 'tokens.end',
          target: target(id, me),
          before,
        });
        return true;
      });
      forget([id]);
      if (!ended) {
        throw new AppError('not_found', 'That sign-in has already ended. Reload the list.');
      }
    },

    /** Ends what every program of the person holds, and with `sessions` those of browsers, too. */
    async endAll(actor: Actor, { sessions }: { sessions: boolean }): Promise<number> {
      const { me } = actor;
      const ended = await repo.inTx(async (tx) => {
        const rows = await endTokensOf(tx, me.id);
        if (sessions) await endSessionsOf(tx, me.id);
        await audit.note(tx, {
          ...by(actor, me),
          action: 'tokens.endAll',
          target: { kind: 'user', id: me.id, name: me.username },
          after: { ended: rows.length, browsersToo: sessions },
        });
        return rows.map(({ id }) => id);
      });
      forget(ended);
      return ended.length;
    },

    /** Begins to remove what is over. */
    sweep: removal.start,
    async close(): Promise<void> {
      for (const stop of stops) stop();
      await removal.close();
    },
  };
}
export type TokensService = ReturnType<typeof createTokensService>;
