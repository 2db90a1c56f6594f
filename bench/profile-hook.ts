import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';

/*
 * Loaded into the gateway's process by `--import`: the first SIGUSR2 starts a CPU profile, the
 * second writes it to the file that BENCH_PROFILE names. So a profile has the load in it, and
 * not the start.
 */
const session = new Session();
session.connect();
let running = false;

process.on('SIGUSR2', () => {
  if (!running) {
    session.post('Profiler.enable');
    session.post('Profiler.setSamplingInterval', { interval: 200 });
    session.post('Profiler.start');
  } else {
    session.post('Profiler.stop', (error, { profile }) => {
      if (!error) writeFileSync(process.env['BENCH_PROFILE'] ?? '', JSON.stringify(profile));
    });
  }
  running = !running;
});
