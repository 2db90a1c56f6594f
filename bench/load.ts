import { runClosedLoop } from './load/closed-loop.ts';
import { runCounted } from './load/counted.ts';
import type { Job, Measured } from './load/jobs.ts';
import { runOpenLoop } from './load/open-loop.ts';
import { runStreams } from './load/streams.ts';

/** The load generator, in a process of its own: a job comes in, what was measured goes out. */
process.on('message', async (job: Job) => {
  if (!['127.0.0.1', 'localhost'].includes(new URL(job.url).hostname)) {
    throw new Error('The load generator calls this machine only.');
  }
  process.send?.(await run(job));
});
process.once('disconnect', () => process.exit());

function run(job: Job): Promise<Measured> {
  switch (job.kind) {
    case 'closed':
      return runClosedLoop(job);
    case 'open':
      return runOpenLoop(job);
    case 'counted':
      return runCounted(job);
    case 'streams':
      return runStreams(job);
  }
}
