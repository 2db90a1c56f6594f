import { ensureWeb } from './build.ts';
import { ensureClient } from './generate-client.ts';

// The main job in one command: whatever is not made yet is made, then the server runs in this process.
await ensureClient();
await ensureWeb();
await import('../server/main.ts');
if (process.env['npm_lifecycle_event'] !== undefined) followNpm();

/**
 * npm does not pass SIGTERM on: told to stop, it leaves us behind. Its end is then our signal, so
 * that `npm start` stops in an orderly way under a supervisor that knows npm's process only.
 */
function followNpm(): void {
  const npm = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 250);
  watch.unref();
  // NOTE: a second signal means "at once", and npm ends by the first one as well.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => clearInterval(watch));
  }
}
