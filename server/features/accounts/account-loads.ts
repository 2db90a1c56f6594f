import type { Clock } from '../../infra/clock.ts';
import type { ReportedLimits } from '../../platforms/reported-limits.ts';

export type Loads = {
  /** Requests this process has running on the account. */
  busy(id: string): number;
  /** Whether one of them finds out if it is well again. */
  isProbed(id: string): boolean;
  begin(id: string, probe: boolean): void;
  end(id: string, probe: boolean): void;
  report(id: string, model: string, limits: ReportedLimits): void;
  /** When the platform said that a model's limit starts anew, epoch ms; null = it did not say, or it has. */
  resetAt(id: string, model: string): number | null;
  /** Part of its limits that is left, for one model or the scarcest; null = the platform did not tell lately. */
  remaining(id: string, model?: string): number | null;
};

type Told = { remaining: number; until: number; resetAt: number | null };

/** What a platform said of limits without a reset counts for a minute: most of them are by the minute. */
const UNDATED_MS = 60_000;

/** What this process has running on each account, and what platforms said is left of their limits. */
export function createLoads(clock: Pick<Clock, 'now'>): Loads {
  const running = new Map<string, number>();
  const probed = new Set<string>();
  /** By model, then by account: of one model many accounts are asked for in a row. */
  const left = new Map<string, Map<string, Told>>();

  function stillLeft(told: Told | undefined): number | null {
    return told && told.until > clock.now() ? told.remaining : null;
  }

  return {
    busy: (id) => running.get(id) ?? 0,
    isProbed: (id) => probed.has(id),
    begin(id, probe) {
      running.set(id, (running.get(id) ?? 0) + 1);
      if (probe) probed.add(id);
    },
    end(id, probe) {
      const count = (running.get(id) ?? 1) - 1;
      if (count > 0) running.set(id, count);
      else running.delete(id);
      if (probe) probed.delete(id);
    },
    report(id, model, { remaining, resetAt }) {
      const accounts = left.get(model) ?? new Map<string, Told>();
      left.set(model, accounts);
      accounts.set(id, { remaining, until: resetAt ?? clock.now() + UNDATED_MS, resetAt });
    },
    resetAt(id, model) {
      const told = left.get(model)?.get(id);
      return told && told.until > clock.now() ? told.resetAt : null;
    },
    remaining(id, model) {
      if (model !== undefined) return stillLeft(left.get(model)?.get(id));
      let least: number | null = null;
      for (const accounts of left.values()) {
        const remaining = stillLeft(accounts.get(id));
        if (remaining !== null) least = Math.min(least ?? remaining, remaining);
      }
      return least;
    },
  };
}
