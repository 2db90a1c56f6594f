import { readdirSync, readFileSync } from 'node:fs';

/** CPU time in /proc is counted in ticks of a hundredth of a second (USER_HZ), on every Linux. */
const TICK_US = 10_000;
const PAGE_MB = 4096 / 1_048_576;

type Stat = { parent: number; cpuUs: number };

/** Parent and CPU time out of the text of /proc/PID/stat. */
export function parseStat(text: string): Stat {
  // NOTE: the program's name, in parentheses, may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { parent: Number(fields[1]), cpuUs: ticks * TICK_US };
}

function readStat(pid: number): Stat | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return null; // It has ended.
  }
}

/** Children and children's children of a process. */
export function descendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? readStat(Number(name)) : null;
    if (stat) children.set(stat.parent, [...(children.get(stat.parent) ?? []), Number(name)]);
  }
  const found: number[] = [];
  for (let next = children.get(pid) ?? []; next.length > 0; ) {
    found.push(...next);
    next = next.flatMap((child) => children.get(child) ?? []);
  }
  return found;
}

export function residentMb(pid: number): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]);
  return pages * PAGE_MB;
}

/** Starts looking at a process; the function returned says what it used meanwhile. */
export function meter(pid: number) {
  const children = descendants(pid);
  const cpuOf = (pids: readonly number[]) =>
    pids.reduce((sum, each) => sum + (readStat(each)?.cpuUs ?? 0), 0);
  const childrenBefore = cpuOf(children);
  const before = cpuOf([pid]);
  const startedAt = performance.now();
  return () => ({
    seconds: (performance.now() - startedAt) / 1000,
    cpuUs: cpuOf([pid]) - before,
    childrenCpuUs: cpuOf(children) - childrenBefore,
    rssMb: residentMb(pid),
  });
}
export type Used = ReturnType<ReturnType<typeof meter>>;
