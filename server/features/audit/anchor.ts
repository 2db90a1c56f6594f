import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { AuditVerdict } from '#shared/schemas/audit.ts';
import type { Clock } from '../../infra/clock.ts';
import { type Ends, StoredEnds, storedEnds } from './audit.repo.ts';
import type { AuditLogRepo } from './audit-log.repo.ts';

const EVERY_MS = 60_000;

export type AuditAnchorDeps = {
  /** In the data folder: who can write to the database cannot write there. */
  file: string;
  log: Pick<AuditLogRepo, 'placed'>;
  clock: Clock;
  /** 0 = rows are kept for ever. */
  retentionDays: number;
  onError(error: unknown): void;
};

export type AuditAnchor = ReturnType<typeof createAuditAnchor>;

type Fault = AuditVerdict['broken'];

/**
 * Both ends of the chain as this server last saw them, kept outside of the database. A chain says
 * nothing of rows that were taken off its end together with the note of it, nor of one that was made
 * anew; what was written down elsewhere does. An anchor that does not hold stays where it is.
 */
export function createAuditAnchor(deps: AuditAnchorDeps) {
  const { clock, file, log, onError, retentionDays } = deps;
  let cancel: (() => void) | null = null;
  let running: Promise<unknown> = Promise.resolve();
  let closed = false;
  let told = false;

  /** Null = there is none yet. Rejects for one that was damaged. */
  async function kept(): Promise<Ends | null> {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    return text === null ? null : StoredEnds.parse(JSON.parse(text));
  }

  async function keep(ends: Ends): Promise<void> {
    await writeFile(`${file}.new`, JSON.stringify(storedEnds(ends)), { mode: 0o600 });
    await rename(`${file}.new`, file);
  }

  /** What does not hold; where all does, the anchor moves on. */
  async function look(): Promise<Fault> {
    const before = await kept().catch((error) => {
      if (error instanceof z.ZodError || error instanceof SyntaxError) return 'damaged' as const;
      throw error;
    });
    if (before === 'damaged') return { seq: '1', why: 'altered' };
    const { ends, hash } = await log.placed(before?.end.seq ?? 0n);
    const fault = before && anchorFault(before, { ends, hash, forEver: retentionDays === 0 });
    if (!fault) await keep(ends);
    return fault;
  }

  /** One at a time: each reads what the one before wrote. */
  function looking(): Promise<Fault> {
    const next = running.then(look, look);
    running = next.catch(() => undefined);
    return next;
  }

  async function round(): Promise<void> {
    try {
      const fault = await looking();
      if (fault && !told) {
        onError(new Error(`The audit log is not what it was: ${fault.why} at ${fault.seq}.`));
      }
      told = fault !== null;
    } catch (error) {
      onError(error);
    }
    if (!closed) cancel = clock.setTimer(EVERY_MS, () => void round());
  }

  return {
    look: looking,
    start: () => void round(),
    async close(): Promise<void> {
      closed = true;
      cancel?.();
      await looking().catch(onError);
    },
  };
}

type Now = { ends: Ends; hash: string | null; forEver: boolean };

/** What of an anchor is no longer so. `hash` is that of the row where the anchor ends. */
export function anchorFault(anchor: Ends, { ends, forEver, hash }: Now): Fault {
  const at = (seq: bigint, why: 'altered' | 'cut' | 'missing') => ({ seq: seq.toString(), why });
  if (anchor.end.seq > ends.end.seq) return at(ends.end.seq + 1n, 'cut');
  // Nothing is ever removed where rows are kept for ever.
  if (forEver && ends.begin.seq > anchor.begin.seq) return at(anchor.begin.seq + 1n, 'missing');
  if (anchor.end.seq < ends.begin.seq) return null;
  const now = anchor.end.seq === ends.begin.seq ? ends.begin.hash : hash;
  return now === anchor.end.hash ? null : at(anchor.end.seq, 'altered');
}
