import { setFlagsFromString } from 'node:v8';

/**
 * Settings of V8 for what this server does; called once, before anything else.
 *
 * Buffers lie outside V8's heap, and by default 64 MB of new ones since the last full collection start
 * another, however small the heap: with requests of 200 kB that is nine times a second, more than half
 * of all CPU. Counted together with the heap they wait their turn (docs/performance.md).
 */
export function setUpV8(): void {
  setFlagsFromString('--external-memory-accounted-in-global-limit');
}
