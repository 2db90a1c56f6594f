import { z } from 'zod';
import type { AuditChange } from '#shared/schemas/audit.ts';
import type { Db, Tx } from '../../infra/prisma/client.ts';
import { withTx } from '../../infra/prisma/client.ts';
import { holdLock } from '../../infra/prisma/locks.ts';
import { FIRST_LINK, hashOf, type Link, type Unlinked } from './chain.ts';

/** The row of `settings` with both ends of the chain. */
export const ENDS = 'audit-chain';

const StoredLink = z
  .object({ seq: z.string().regex(/^\d{1,19}$/), hash: z.string() })
  .transform(({ hash, seq }): Link => ({ seq: BigInt(seq), hash }));

/** `begin`: the last row that was removed; `end`: the last one written. */
export const StoredEnds = z.object({ begin: StoredLink, end: StoredLink });
export type Ends = z.infer<typeof StoredEnds>;

/** As `StoredEnds` reads them. */
export function storedEnds({ begin, end }: Ends) {
  const stored = ({ hash, seq }: Link) => ({ seq: seq.toString(), hash });
  return { begin: stored(begin), end: stored(end) };
}

/** Both ends as stored; of a log nobody wrote to yet they are the same. */
export function readEnds(value: unknown): Ends {
  return value === undefined || value === null
    ? { begin: FIRST_LINK, end: FIRST_LINK }
    : StoredEnds.parse(value);
}

type NewRow = Omit<Unlinked, 'seq' | 'change'> & { change: AuditChange };

/** Rows that one statement writes; PostgreSQL takes 65,535 values in one. */
const WRITTEN_AT_ONCE = 1_000;

/** Links rows to the last one, in their order. Whoever else does waits until `tx` ends. */
export async function append(tx: Tx, rows: readonly NewRow[]): Promise<void> {
  if (rows.length === 0) return;
  await holdLock(tx, 'audit');
  const { begin, end: last } = await endsIn(tx);
  let end = last;
  const linked = rows.map((row) => {
    const placed = { ...row, seq: end.seq + 1n };
    end = { seq: placed.seq, hash: hashOf(end.hash, placed) };
    return { ...placed, hash: end.hash };
  });
  for (let from = 0; from < linked.length; from += WRITTEN_AT_ONCE) {
    await tx.auditEvent.createMany({ data: linked.slice(from, from + WRITTEN_AT_ONCE) });
  }
  await saveEnds(tx, { begin, end });
}

/** Takes the oldest rows out. */
export function createAuditRemoval(db: Db) {
  return {
    /**
     * Removes at most `most` rows of before `until`, from the oldest on, and notes where the chain
     * begins now. Resolves with how many there were.
     */
    remove(until: Date, most: number): Promise<number> {
      return withTx(db, async (tx) => {
        await holdLock(tx, 'audit');
        const select = { seq: true, at: true, hash: true } as const;
        const oldest = await tx.auditEvent.findMany({
          select,
          orderBy: { seq: 'asc' },
          take: most,
        });
        const newer = oldest.findIndex(({ at }) => at >= until);
        const gone = newer < 0 ? oldest : oldest.slice(0, newer);
        const last = gone.at(-1);
        if (!last) return 0;
        await tx.auditEvent.deleteMany({ where: { seq: { lte: last.seq } } });
        const { end } = await endsIn(tx);
        await saveEnds(tx, { begin: { seq: last.seq, hash: last.hash }, end });
        return gone.length;
      });
    },
  };
}

async function endsIn(tx: Tx): Promise<Ends> {
  const row = await tx.setting.findUnique({ where: { name: ENDS }, select: { value: true } });
  const ends = readEnds(row?.value);
  const select = { seq: true, hash: true } as const;
  const last = await tx.auditEvent.findFirst({ select, orderBy: { seq: 'desc' } });
  // Without the note of the end nobody could change anything any more: the log itself is enough.
  return last && last.seq > ends.end.seq ? { ...ends, end: last } : ends;
}

async function saveEnds(tx: Tx, ends: Ends): Promise<void> {
  const value = storedEnds(ends);
  await tx.setting.upsert({
    where: { name: ENDS },
    create: { name: ENDS, value },
    update: { value },
    select: { name: true },
  });
}
