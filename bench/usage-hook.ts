/*
 * Loaded by `--import` into a process that is measured, with `--expose-gc`; answers its parent.
 * `memory`: bytes of heap and buffers in use once garbage was collected. `cpu`: CPU time in µs.
 */
process.on('message', (message) => {
  if (message === 'memory') process.send?.(memory());
  if (message === 'cpu') process.send?.(cpu());
});
// The channel alone keeps no process alive.
process.channel?.unref();

function memory(): number {
  // NOTE: twice, for what only a finaliser lets go of is collected the second time.
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function cpu(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
