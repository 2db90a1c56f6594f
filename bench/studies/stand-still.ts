import { descendants } from '../load/process-meter.ts';

/** Stops every process of the PostgreSQL that a Gatehouse runs, until `goOn`. */
export function standStill(pid: number): { goOn(): void } {
  const processes = descendants(pid);
  const signal = (name: NodeJS.Signals) => {
    for (const each of processes) {
      try {
        process.kill(each, name);
      } catch {
        // It has ended meanwhile.
      }
    }
  };
  signal('SIGSTOP');
  return { goOn: () => signal('SIGCONT') };
}
