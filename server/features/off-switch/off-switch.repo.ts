import type { Pool } from 'pg';
import { z } from 'zod';
import { Kept, type SwitchKind, SwitchStep } from '#shared/schemas/off-switch.ts';
import { type Db, type Tx, withTx } from '../../infra/prisma/client.ts';

/** Longer than a heartbeat takes to come twice. */
const SEEN_WITHIN_MS = 30_000;

export type NewReceipt = {
  id: string;
  kind: SwitchKind;
  at: Date;
  userId: string;
  userName: string;
  actorId: string;
  actorName: string;
  steps: SwitchStep[];
  tookMs: number;
};

/** A request that ran when the switch was thrown. */
export type StreamRow = {
  requestId: string;
  door: string;
  model: string;
  stream: boolean;
  begun: boolean;
  startedAt: Date;
  endedAt: Date | null;
};

/** A switch that a server has not answered yet. */
export type OpenSwitch = { id: string; userId: string; kind: SwitchKind; at: Date };

const RECEIPT = {
  id: true,
  kind: true,
  at: true,
  userId: true,
  userName: true,
  actorId: true,
  actorName: true,
  steps: true,
  kept: true,
  tookMs: true,
  servers: {
    select: { server: true, answeredAt: true },
    orderBy: { answeredAt: 'asc' },
  },
  streams: {
    select: {
      requestId: true,
      server: true,
      door: true,
      model: true,
      stream: true,
      begun: true,
      startedAt: true,
      endedAt: true,
    },
    orderBy: { endedAt: { sort: 'asc', nulls: 'first' } },
  },
} as const;

const LINE = { id: true, kind: true, at: true, actorName: true } as const;

/** Rows of `off_switches` and what belongs to them, and of `servers`. */
export function createOffSwitchRepo(db: Db) {
  return {
    inTx: <Result>(work: (tx: Tx) => Promise<Result>) => withTx(db, work, { timeoutMs: 20_000 }),

    /** Stores a receipt and whose answers it waits for: of every server that was seen lately. */
    async insert(tx: Tx, receipt: NewReceipt): Promise<void> {
      const kept = await keptOf(tx, receipt.userId, receipt.kind);
      await tx.offSwitch.create({ data: { ...receipt, kept }, select: { id: true } });
      const seen = new Date(receipt.at.getTime() - SEEN_WITHIN_MS);
      const servers = await tx.server.findMany({
        where: { seenAt: { gt: seen } },
        select: { id: true },
      });
      await tx.offSwitchServer.createMany({
        data: servers.map(({ id }) => ({ switchId: receipt.id, server: id })),
      });
    },

    async find(id: string) {
      const row = await db.offSwitch.findUnique({ where: { id }, select: RECEIPT });
      if (!row) return null;
      const { kept, steps, ...rest } = row;
      return { ...rest, kept: z.array(Kept).parse(kept), steps: z.array(SwitchStep).parse(steps) };
    },

    /** Newest first. */
    linesOf: (userId: string) =>
      db.offSwitch.findMany({
        where: { userId },
        select: LINE,
        orderBy: [{ at: 'desc' }, { id: 'desc' }],
        take: 20,
      }),
  };
}
export type OffSwitchRepo = ReturnType<typeof createOffSwitchRepo>;
export type ReceiptRow = NonNullable<Awaited<ReturnType<OffSwitchRepo['find']>>>;

/** What stays there of the person, counted once everything else has ended. */
async function keptOf(tx: Tx, userId: string, kind: SwitchKind): Promise<Kept[]> {
  const where = { userId };
  const [user, passkeys, apps, accounts, loans, elsewhere] = [
    await tx.user.findUnique({ where: { id: userId }, select: { passwordHash: true } }),
    await tx.passkey.count({ where }),
    await tx.totp.count({ where: { ...where, confirmedAt: { not: null } } }),
    await tx.account.count({ where: { ownerId: userId } }),
    await tx.account.count({ where: { ownerId: userId, shared: true } }),
    await tx.storedResponse.count({ where: { ...where, accountId: { not: null } } }),
  ];
  const signInWays = passkeys + apps + (user?.passwordHash == null ? 0 : 1);
  const counts: Kept[] = [
    { kind: 'signInWays', count: signInWays },
    { kind: 'accounts', count: accounts },
    ...(kind === 'own' ? [{ kind: 'loans' as const, count: loans }] : []),
    { kind: 'elsewhere', count: elsewhere },
  ];
  return counts.filter(({ count }) => count > 0);
}

const OpenRow = z.object({
  id: z.string(),
  userId: z.string(),
  kind: z.enum(['person', 'own']),
  at: z.date(),
});

/** What each server writes and reads by itself, without Prisma. */
export function createEndingsRepo(pool: Pick<Pool, 'query'>) {
  return {
    /** Says that this server is there; those that were not seen for an hour are forgotten. */
    async beat(id: string, startedAt: Date, now: Date): Promise<void> {
      await pool.query(
        `WITH gone AS (DELETE FROM servers WHERE seen_at < $3::timestamptz - interval '1 hour')
         INSERT INTO servers (id, started_at, seen_at) VALUES ($1, $2, $3)
         ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at`,
        [id, startedAt, now],
      );
    },

    async leave(id: string): Promise<void> {
      await pool.query('DELETE FROM servers WHERE id = $1', [id]);
    },

    /** Switches thrown since then that this server has not answered; null = whoever they are of. */
    async open(server: string, userIds: readonly string[] | null, since: Date) {
      const { rows } = await pool.query(
        `SELECT s.id, s.user_id AS "userId", s.kind, s.at FROM off_switches s
          WHERE s.at > $3 AND ($2::uuid[] IS NULL OR s.user_id = ANY($2::uuid[]))
            AND NOT EXISTS (SELECT 1 FROM off_switch_servers a
                 WHERE a.switch_id = s.id AND a.server = $1 AND a.answered_at IS NOT NULL)
          ORDER BY s.at`,
        [server, userIds, since],
      );
      return z.array(OpenRow).parse(rows) satisfies OpenSwitch[];
    },

    /** Those of them who may not ask for anything now: disabled, silenced, or gone. */
    async barred(userIds: readonly string[]): Promise<string[]> {
      const { rows } = await pool.query(
        `SELECT asked.id FROM unnest($1::uuid[]) AS asked(id)
          WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.id = asked.id AND u.state = 'active')`,
        [userIds],
      );
      return z
        .array(z.object({ id: z.string() }))
        .parse(rows)
        .map(({ id }) => id);
    },

    /** What this server ended, all in one statement: whoever reads the answer sees all of it. */
    async answer(
      { at, server, switchId }: { at: Date; server: string; switchId: string },
      streams: readonly StreamRow[],
    ): Promise<void> {
      await pool.query(
        `WITH told AS (
           INSERT INTO off_switch_streams (switch_id, server, request_id, door, model, stream,
                  begun, started_at, ended_at)
           SELECT $1, $2, t."requestId", t.door, t.model, t.stream, t.begun, t."startedAt", t."endedAt"
             FROM jsonb_to_recordset($4::jsonb) AS t("requestId" uuid, door text, model text,
                  stream boolean, begun boolean, "startedAt" timestamptz, "endedAt" timestamptz)
           ON CONFLICT (switch_id, request_id) DO NOTHING)
         INSERT INTO off_switch_servers (switch_id, server, answered_at) VALUES ($1, $2, $3)
         ON CONFLICT (switch_id, server) DO UPDATE SET answered_at = excluded.answered_at`,
        [switchId, server, at, JSON.stringify(streams)],
      );
    },
  };
}
export type EndingsRepo = ReturnType<typeof createEndingsRepo>;
